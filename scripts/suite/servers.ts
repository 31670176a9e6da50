import { chown, mkdir, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { startChildServer, untilServing, type ChildServer } from '#shared/testing/childServer.ts'
import { findHostPrograms, postgresUser } from '../../server/sandbox/node/images/hostPrograms.ts'
import { run } from '../setup/run.ts'
import type { SuiteSecrets } from './directory.ts'
import { portNear } from './ports.ts'

/** A server of this suite, and how its services reach it. */
export interface SuiteServer {
  readonly environment: Record<string, string>
  readonly address: string
  readonly stop: () => Promise<void>
}

const host = '127.0.0.1'
const user = 'agency_swarm'
const database = 'agency_swarm'

/** The host's PostgreSQL with a cluster of its own, which is kept from one start to the next. */
export async function startPostgres(directory: string, { databasePassword }: SuiteSecrets): Promise<SuiteServer> {
  const { postgresBinaries, hasVector } = findHostPrograms('', undefined)
  if (postgresBinaries === undefined || !hasVector)
    throw new Error('PostgreSQL 15 or newer with pgvector was not found. Run `npm run setup`.')
  const identity = postgresUser()
  const home = join(directory, 'postgresql')
  const data = join(home, 'data')
  await mkdir(home, { recursive: true, mode: 0o700 })
  if (identity !== undefined) await chown(home, identity.uid, identity.gid)
  const options = { cwd: home, ...(identity ?? {}) }
  if (!existsSync(join(data, 'PG_VERSION'))) {
    // A cluster that was cut off in the making has no PG_VERSION of a finished one beside it: it is made again.
    await rm(data, { recursive: true, force: true })
    const passwordFile = join(home, 'password')
    await writeFile(passwordFile, databasePassword, { mode: 0o600 })
    if (identity !== undefined) await chown(passwordFile, identity.uid, identity.gid)
    const account = ['-U', user, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`]
    try {
      await run(join(postgresBinaries, 'initdb'), ['-D', data, ...account, '-E', 'UTF8', '--locale=C.UTF-8'], options)
    } finally {
      await rm(passwordFile, { force: true })
    }
  }
  const port = await portNear(5432)
  const connection = { host, port, user, password: databasePassword }
  const listen = ['-h', host, '-p', String(port), '-k', home]
  const server = startChildServer(join(postgresBinaries, 'postgres'), ['-D', data, ...listen], options)
  await untilServing(server, () => createDatabase(connection))
  return {
    address: `${host}:${port}`,
    stop: () => server.end('SIGINT'),
    environment: {
      DATABASE_HOST: host,
      DATABASE_PORT: String(port),
      DATABASE_NAME: database,
      DATABASE_USER: user,
      DATABASE_PASSWORD: databasePassword,
    },
  }
}

/** Whether an earlier start has made the user `admin`, whose password is set only once. */
export async function hasAdministrator({ environment }: SuiteServer): Promise<boolean> {
  const client = new Client({
    host,
    port: Number(environment.DATABASE_PORT),
    user,
    password: environment.DATABASE_PASSWORD,
    database,
  })
  await client.connect()
  try {
    const { rows } = await client.query<{ found: boolean }>(`SELECT to_regclass('archon_users') IS NOT NULL AS found`)
    if (rows[0]?.found !== true) return false
    return (await client.query(`SELECT FROM archon_users WHERE name = 'admin'`)).rowCount === 1
  } finally {
    await client.end()
  }
}

async function createDatabase(connection: { host: string; port: number; user: string; password: string }) {
  const client = new Client({ ...connection, database: 'postgres' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${database}`)
  } finally {
    await client.end()
  }
}

/** The host's Redis, for this suite alone and without anything on disk: it is a cache and a wire. */
export async function startRedis(directory: string, { redisPassword }: SuiteSecrets): Promise<SuiteServer> {
  const { redisServer } = findHostPrograms('', undefined)
  if (redisServer === undefined) throw new Error('Redis was not found. Run `npm run setup`.')
  const home = join(directory, 'redis')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const port = await portNear(6379)
  // In a file: an argument would show the password to everybody who lists processes.
  const configuration = join(home, 'redis.conf')
  const lines = [
    `bind ${host}`,
    `port ${port}`,
    `requirepass ${redisPassword}`,
    'save ""',
    'appendonly no',
    `dir ${home}`,
  ]
  await writeFile(configuration, `${lines.join('\n')}\n`, { mode: 0o600 })
  const server: ChildServer = startChildServer(redisServer, [configuration], { cwd: home })
  await untilServing(server, async () => {
    const client = new Redis({ host, port, password: redisPassword, lazyConnect: true, retryStrategy: () => null })
    client.on('error', () => undefined)
    await client.connect()
    client.disconnect()
  })
  return {
    address: `${host}:${port}`,
    stop: () => server.end('SIGTERM'),
    environment: { REDIS_URL: `redis://${host}:${port}`, REDIS_PASSWORD: redisPassword },
  }
}
