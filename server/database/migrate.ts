import { basename, dirname, extname } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Logger as QueueLogger, runMigrations as runQueueMigrations } from 'graphile-worker'
import { runner } from 'node-pg-migrate'
import { sql } from 'kysely'
import type { PoolClient } from 'pg'
import type { Database, DatabaseConnection } from './connection.ts'
import { locks } from './locks.ts'
import { migrations } from './migrations/index.ts'

const migrationsTable = 'archon_migrations'

export interface MigrationLog {
  readonly info: (message: string) => void
  readonly warn: (message: string) => void
  readonly error: (message: string) => void
}

/**
 * The library looks for files in a folder. Our migrations are code, so that the bundle is one file: it is shown this very module as the
 * only file, and given a loader that answers with the list.
 */
function asFiles() {
  const self = fileURLToPath(import.meta.url)
  const others = `(?!${basename(self).replaceAll('.', '\\.')}$).*`
  const loader = () =>
    Promise.resolve(migrations.map(({ name, up, down }) => ({ id: name, filePaths: [], actions: { up, down } })))
  return {
    dir: dirname(self),
    ignorePattern: others,
    migrationLoaderStrategies: [{ extensions: [extname(self)], loader }],
  }
}

async function run(client: PoolClient, direction: 'up' | 'down', count: number, log: MigrationLog): Promise<string[]> {
  const done = await runner({
    dbClient: client,
    migrationsTable,
    schema: 'public',
    direction,
    count,
    // Each migration has its own transaction, or none: indexes are built concurrently.
    singleTransaction: false,
    // Ours is held around the run.
    noLock: true,
    logger: log,
    ...asFiles(),
  })
  return done.map(({ name }) => name)
}

/**
 * A second migrator waits for the first and then finds nothing to do. It asks again and again instead of waiting inside the server: a
 * statement that waits for a lock holds a snapshot, and CREATE INDEX CONCURRENTLY of the first would wait for that snapshot forever.
 */
async function withLock<Result>(client: PoolClient, work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [locks.migration])
    if (rows[0]?.got === true) break
    await pause(500)
  }
  // The session ends with the client, and the lock with it.
  return work()
}

async function withClient<Result>(
  connection: DatabaseConnection,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result> {
  const client = await connection.pool.connect()
  try {
    await client.query('SET statement_timeout = 0')
    return await withLock(client, () => work(client))
  } finally {
    // Thrown away: the migrator has changed its search_path, and another migration may take longer than the pool's limit.
    client.release(true)
  }
}

/**
 * Brings the database to this release: the suite's tables, then the queue's. Safe to run twice and by several at once.
 * @returns the names of the migrations that ran
 */
export async function migrateUp(connection: DatabaseConnection, log: MigrationLog): Promise<string[]> {
  return withClient(connection, async (client) => {
    const names = await run(client, 'up', Number.POSITIVE_INFINITY, log)
    const quiet = new QueueLogger(() => () => undefined)
    await runQueueMigrations({ pgPool: connection.pool, logger: quiet })
    return names
  })
}

/** Takes back the newest `count` migrations, with their data. */
export function migrateDown(connection: DatabaseConnection, count: number, log: MigrationLog): Promise<string[]> {
  return withClient(connection, (client) => run(client, 'down', count, log))
}

/**
 * As `migrateDown`, for people: refuses where the way back would lose what was written since.
 * @throws Error that names the migration, which was rolled back
 */
export async function migrateBack(connection: DatabaseConnection, count: number, log: MigrationLog): Promise<string[]> {
  return withClient(connection, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT name FROM public.${migrationsTable} ORDER BY id DESC LIMIT $1`,
      [count],
    )
    for (const { name } of rows) {
      const known = migrations.find((migration) => migration.name === name)
      if (known === undefined) throw new Error(`${name} is of a newer release: that release takes it back.`)
      if (!known.isReversible)
        throw new Error(`${name} cannot be taken back without losing data: restore a backup instead.`)
    }
    return run(client, 'down', rows.length, log)
  })
}

/** Why the database cannot serve this release yet, or undefined when it can. */
export async function databaseGap(database: Database): Promise<string | undefined> {
  try {
    const { rows } = await sql<{ name: string }>`SELECT name FROM ${sql.table(migrationsTable)}`.execute(database)
    const present = new Set(rows.map(({ name }) => name))
    const absent = migrations.filter(({ name }) => !present.has(name))
    return absent.length === 0 ? undefined : 'is not migrated'
  } catch (error) {
    const undefinedTable = '42P01'
    const isEmpty = error instanceof Error && 'code' in error && error.code === undefinedTable
    return isEmpty ? 'is not migrated' : 'cannot be reached'
  }
}
