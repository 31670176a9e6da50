import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { postgresUser } from './hostPrograms.ts'
import { installAdvice } from './install.ts'
import { commandStep } from './shell.ts'
import type { ContainerSetting, ImageRecipe, Step } from './types.ts'

const standardDataFolder = '/var/lib/postgresql/data'
const draftName = '.initializing'

/** Real PostgreSQL with the variables and habits of the official image (docker-library/postgres, docker-entrypoint.sh). */
export const postgres: ImageRecipe = {
  repository: 'postgres',
  missing: ({ postgresBinaries }) => {
    if (postgresBinaries === undefined) return installAdvice('PostgreSQL 15 or newer')
    const isUserMissing = process.getuid?.() === 0 && postgresUser() === undefined
    return isUserMissing
      ? 'PostgreSQL refuses root and there is no user "postgres". Run: adduser --system --group postgres'
      : undefined
  },
  user: postgresUser,
  // The image's STOPSIGNAL: SIGTERM would wait for every client to leave.
  stopSignal: 'SIGINT',
  environment: (setting) => ({
    PATH: `${setting.programs.postgresBinaries ?? ''}:${setting.programs.path}`,
    PGDATA: standardDataFolder,
    PGHOST: process.platform === 'win32' ? setting.podAddress : setting.socketDirectory,
    PGUSER: value(setting, 'POSTGRES_USER') ?? 'postgres',
  }),
  adjust: ({ environment, mounts, root }) => {
    const wanted = environment.get('PGDATA') ?? standardDataFolder
    // Where its path is mounted the variable was made local already, and a second translation would lead out of the volume (a state
    // directory below a mounted /tmp); else the data live in the container's own folder.
    environment.set('PGDATA', mounts.owns(wanted) ? wanted : (mounts.locate(wanted) ?? join(root, wanted)))
  },
  *steps(setting) {
    const words = [...(setting.command ?? []), ...(setting.args ?? [])]
    if (
      words[0] !== undefined &&
      words[0] !== 'postgres' &&
      !words[0].startsWith('-') &&
      !words[0].endsWith('docker-entrypoint.sh')
    ) {
      yield commandStep(setting, words)
      return
    }
    const options = words.filter((word, index) => index > 1 || !/^(postgres|.*docker-entrypoint\.sh)$/.test(word))
    const data = setting.environment.get('PGDATA') ?? ''
    if (!existsSync(join(data, 'PG_VERSION'))) yield* initialize(setting, data)
    rmSync(join(data, draftName), { recursive: true, force: true })
    removeStaleLock(data)
    // Of the manifest's own settings those come last that say where to listen: every pod shares one machine.
    const listen = [
      '-c',
      `listen_addresses=${setting.podAddress}`,
      '-c',
      `unix_socket_directories=${setting.socketDirectory}`,
    ]
    yield step(setting, 'postgres', ['-D', data, ...options, ...listen])
  },
}

export const pgvector: ImageRecipe = {
  ...postgres,
  repository: 'pgvector/pgvector',
  missing: (programs) => {
    const missing = postgres.missing?.(programs)
    if (missing !== undefined || programs.hasVector) return missing
    return installAdvice("PostgreSQL's extension pgvector")
  },
}

/**
 * Makes the database cluster in a folder inside its place and moves it up when it is complete, PG_VERSION last: a crash at any
 * point leaves either no database, which is then made again, or a whole one.
 */
function* initialize(setting: ContainerSetting, data: string): Generator<Step> {
  const user = value(setting, 'POSTGRES_USER') ?? 'postgres'
  const password = value(setting, 'POSTGRES_PASSWORD')
  const method = setting.environment.get('POSTGRES_HOST_AUTH_METHOD') ?? 'scram-sha-256'
  if (password === undefined && method !== 'trust') {
    const message = 'Error: Database is uninitialized and superuser password is not specified. Set POSTGRES_PASSWORD.'
    yield { ...commandStep(setting, ['sh', '-c', 'echo "$0" >&2; exit 1', message]) }
    return
  }
  const draft = join(data, draftName)
  // A draft beside other files is a move that was cut off: all of it is ours to remove.
  if (existsSync(draft))
    for (const name of readdirSync(data)) rmSync(join(data, name), { recursive: true, force: true })
  makeOwnFolder(data)
  makeOwnFolder(draft)
  const passwordFile = join(setting.root, 'initial-password')
  const options = [
    '--username',
    user,
    '--encoding=UTF8',
    process.platform === 'linux' ? '--locale=C.UTF-8' : '--no-locale',
  ]
  const extra = (setting.environment.get('POSTGRES_INITDB_ARGS') ?? '').split(/\s+/).filter((word) => word !== '')
  try {
    if (password !== undefined) {
      writeOwnFile(passwordFile, `${password}\n`)
      options.push(`--pwfile=${passwordFile}`)
    }
    yield step(setting, 'initdb', ['-D', draft, '--auth-local=trust', `--auth-host=${method}`, ...options, ...extra])
  } finally {
    rmSync(passwordFile, { force: true })
  }
  const rules = join(draft, 'pg_hba.conf')
  writeOwnFile(rules, `${readFileSync(rules, 'utf8')}\nhost all all all ${method}\n`)
  const database = value(setting, 'POSTGRES_DB') ?? user
  if (database !== 'postgres') {
    // Single-user mode: no server that somebody could reach before it is ready.
    const input = `CREATE DATABASE "${database.replaceAll('"', '""')}";\n`
    yield { ...step(setting, 'postgres', ['--single', '-D', draft, 'postgres']), input }
  }
  for (const name of readdirSync(draft).sort(versionLast)) renameSync(join(draft, name), join(data, name))
}

const versionLast = (a: string, b: string): number => Number(a === 'PG_VERSION') - Number(b === 'PG_VERSION')

function step(setting: ContainerSetting, program: string, args: string[]): Step {
  return commandStep(setting, [join(setting.programs.postgresBinaries ?? '', program), ...args])
}

/** NAME or the content of the file that NAME_FILE points to, as the official image reads its settings. */
function value({ environment }: ContainerSetting, name: string): string | undefined {
  const file = environment.get(`${name}_FILE`)
  if (file !== undefined && existsSync(file)) return readFileSync(file, 'utf8').replace(/\n$/, '')
  const given = environment.get(name)
  return given === '' ? undefined : given
}

/**
 * A lock file left by a crash names a pid which by now may be another pod's PostgreSQL; the server would refuse to start. One whose
 * process works in this very folder is alive and must be respected.
 */
function removeStaleLock(data: string): void {
  const lock = join(data, 'postmaster.pid')
  if (process.platform !== 'linux' || !existsSync(lock)) return
  const pid = readFileSync(lock, 'utf8').split('\n')[0] ?? ''
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) === data) return
  } catch {
    // no such process
  }
  rmSync(lock, { force: true })
}

function makeOwnFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 })
  // Folders on the way belong to the server's user too, or it could not pass.
  for (let folder = path; first !== undefined && folder.startsWith(first); folder = dirname(folder)) own(folder)
  chmodSync(path, 0o700)
  own(path)
}

function writeOwnFile(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 })
  own(path)
}

function own(path: string): void {
  const user = postgresUser()
  if (user !== undefined) chownSync(path, user.uid, user.gid)
}
