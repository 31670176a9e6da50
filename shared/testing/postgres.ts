import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { startChildServer, untilServing, type ChildServer } from './childServer.ts'
import { freePort } from './freePort.ts'

export interface TestPostgres {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** Folder with pg_dump, psql and the rest of this server's own tools. */
  readonly binaries: string
  /** Ends the server (fast shutdown) and removes its files. */
  readonly stop: () => Promise<void>
  /** Fast shutdown, then a start on the same port with the same data. `whileDown` runs in between. */
  readonly restart: (whileDown?: () => Promise<void>) => Promise<void>
}

/** The newest PostgreSQL of at least 15 in Debian's places, else the one `pg_config` names. */
export function postgresBinaries(): string {
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).map(Number) : []
  const newest = Math.max(0, ...versions.filter((version) => existsSync(join(root, String(version), 'bin/initdb'))))
  if (newest >= 15) return join(root, String(newest), 'bin')
  try {
    return execFileSync('pg_config', ['--bindir'], { encoding: 'utf8' }).trim()
  } catch (error) {
    throw new Error('PostgreSQL 15 or newer is needed by this test and was not found. Run `npm run setup`.', {
      cause: error,
    })
  }
}

interface Identity {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root: root borrows the account that the operating system's package created. */
function serverIdentity(): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined
  const number = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: number('-u'), gid: number('-g') }
}

function initialise(directory: string, binaries: string, password: string, identity: Identity | undefined): void {
  const passwordFile = join(directory, 'password')
  writeFileSync(passwordFile, password, { mode: 0o600 })
  if (identity !== undefined) {
    chownSync(directory, identity.uid, identity.gid)
    chownSync(passwordFile, identity.uid, identity.gid)
  }
  const data = join(directory, 'data')
  const args = ['-D', data, '-U', 'test', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', '--locale=C']
  execFileSync(join(binaries, 'initdb'), [...args, '--no-sync', '--no-instructions'], {
    cwd: directory,
    stdio: 'pipe',
    ...identity,
  })
}

/**
 * A throw-away PostgreSQL cluster on a free loopback port, superuser `test`, database `postgres`. It needs no rights beyond those of
 * the current user (as root it runs as the account `postgres`). Files live in the temporary directory until `stop`.
 */
export async function startPostgres(): Promise<TestPostgres> {
  const binaries = postgresBinaries()
  const identity = serverIdentity()
  const directory = mkdtempSync(join(tmpdir(), 'suite-postgres-'))
  const connection = {
    host: '127.0.0.1',
    port: await freePort(),
    user: 'test',
    password: randomBytes(12).toString('hex'),
  }
  try {
    initialise(directory, binaries, connection.password, identity)
  } catch (error) {
    rmSync(directory, { recursive: true, force: true })
    throw error
  }

  const start = async (): Promise<ChildServer> => {
    const settings = ['fsync=off', 'full_page_writes=off', 'max_connections=120', 'shared_buffers=32MB']
    const flags = settings.flatMap((setting) => ['-c', setting])
    const args = ['-D', join(directory, 'data'), '-h', connection.host, '-p', String(connection.port), '-k', directory]
    const server = startChildServer(join(binaries, 'postgres'), [...args, ...flags], { cwd: directory, ...identity })
    await untilServing(server, async () => {
      const client = new Client({ ...connection, database: 'postgres' })
      client.on('error', () => undefined)
      await client.connect()
      await client.end()
    })
    return server
  }

  let server = await start()
  return {
    ...connection,
    binaries,
    stop: async () => {
      await server.end('SIGINT')
      rmSync(directory, { recursive: true, force: true })
    },
    restart: async (whileDown) => {
      await server.end('SIGINT')
      await whileDown?.()
      server = await start()
    },
  }
}
