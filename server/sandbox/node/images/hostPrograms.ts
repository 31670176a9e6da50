import { accessSync, constants, existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import { execFileSync } from 'node:child_process'
import type { OperatingSystemUser } from './user.ts'

/** The servers that pods are made of, as found on this machine. */
export interface HostPrograms {
  /** Entry of the suite's services, `out/server/suite.js`. */
  suiteModule: string
  /** Folder with postgres, initdb, psql, pg_dump. */
  postgresBinaries: string | undefined
  hasVector: boolean
  redisServer: string | undefined
  redisCommandLine: string | undefined
  /** Of the sandbox: where shells find the host's programs. */
  path: string
  nodeExecutable: string | undefined
}

/** Looks for PostgreSQL, pgvector and Redis: PATH, then the places where packages of the three systems put them. */
export function findHostPrograms(suiteModule: string, nodeExecutable: string | undefined): HostPrograms {
  const path = process.env['PATH'] ?? ''
  const candidates = [...new Set(postgresFolders(path))].filter(isRecentPostgres)
  const withVector = candidates.find(hasVector)
  const postgresBinaries = withVector ?? candidates[0]
  return {
    suiteModule,
    postgresBinaries,
    hasVector: withVector !== undefined,
    redisServer: findProgram('redis-server', path),
    redisCommandLine: findProgram('redis-cli', path),
    path,
    nodeExecutable,
  }
}

/** The absolute path of a program, by the rules of execvp. */
export function findProgram(program: string, path: string, directory = '/'): string | undefined {
  if (isAbsolute(program)) return isExecutable(program) ? program : undefined
  if (program.includes('/')) return isExecutable(join(directory, program)) ? join(directory, program) : undefined
  const names = process.platform === 'win32' ? [program, `${program}.exe`, `${program}.cmd`] : [program]
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find(isExecutable)
}

/** The user PostgreSQL's packages create: needed because PostgreSQL refuses to run as root. */
export function postgresUser(): OperatingSystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name, , uid, gid] = line.split(':')
    if (name === 'postgres') return { uid: Number(uid), gid: Number(gid) }
  }
  return undefined
}

const executable = (name: string): string => (process.platform === 'win32' ? `${name}.exe` : name)

function postgresFolders(path: string): string[] {
  return [
    ...versionFolders('/usr/lib/postgresql', 'bin'),
    ...versionFolders('/usr', 'bin', 'pgsql-'),
    ...versionFolders('/opt/homebrew/opt', 'bin', 'postgresql@'),
    ...versionFolders('/usr/local/opt', 'bin', 'postgresql@'),
    ...versionFolders('/Applications/Postgres.app/Contents/Versions', 'bin'),
    ...versionFolders(join(process.env['ProgramFiles'] ?? 'C:\\Program Files', 'PostgreSQL'), 'bin'),
    ...path.split(delimiter).filter((folder) => folder !== ''),
  ]
}

/** `<parent>/<prefix><version>/<inside>`, newest first. */
function versionFolders(parent: string, inside: string, prefix = ''): string[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent)
    .filter((name) => name.startsWith(prefix) && /^\d+/.test(name.slice(prefix.length)))
    .sort((a, b) => Number.parseFloat(b.slice(prefix.length)) - Number.parseFloat(a.slice(prefix.length)))
    .map((name) => join(parent, name, inside))
}

/** Oldest PostgreSQL that the suite runs on. */
const oldestPostgres = 15

function isRecentPostgres(folder: string): boolean {
  const program = join(folder, executable('postgres'))
  return (
    existsSync(program) && Number(/\(PostgreSQL\) (\d+)/.exec(outputOf(program, '--version'))?.[1]) >= oldestPostgres
  )
}

function hasVector(binaries: string): boolean {
  const configuration = join(binaries, executable('pg_config'))
  const guesses = [
    dirname(binaries).replace('/usr/lib/postgresql', '/usr/share/postgresql'),
    join(dirname(binaries), 'share'),
    join(dirname(binaries), 'share/postgresql'),
  ]
  const shared = existsSync(configuration) ? [outputOf(configuration, '--sharedir'), ...guesses] : guesses
  return shared.some((folder) => existsSync(join(folder, 'extension', 'vector.control')))
}

/** What a program prints, or nothing: Debian's pg_config belongs to the -dev package and may be a broken wrapper. */
function outputOf(program: string, option: string): string {
  try {
    return execFileSync(program, [option], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return ''
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
