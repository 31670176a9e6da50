import { Client } from 'pg'
import { startPostgres, type TestPostgres } from '#shared/testing/postgres.ts'
import { openDatabase, type DatabaseConnection, type DatabaseSettings } from '../database/connection.ts'
import { migrateUp } from '../database/migrate.ts'
import { seed } from '../database/seed.ts'

export const adminPassword = 'first password of the administrator'
export const silent = { info: () => undefined, warn: () => undefined, error: () => undefined }

export interface SuiteDatabase {
  readonly postgres: TestPostgres
  /** The environment variables under which a service reaches this database. */
  readonly environment: Record<string, string>
  readonly settings: DatabaseSettings
  readonly connection: DatabaseConnection
  /** Runs SQL in the maintenance database, where one stands to swap the other. */
  readonly maintain: (...statements: string[]) => Promise<void>
  readonly stop: () => Promise<void>
}

export const databaseName = 'agency_swarm'

/** A fresh PostgreSQL with an empty database `agency_swarm`; migrated and seeded when asked. */
export async function startSuiteDatabase({ isMigrated = true } = {}): Promise<SuiteDatabase> {
  const postgres = await startPostgres()
  const maintain = async (...statements: string[]) => {
    const client = new Client({ ...postgres, database: 'postgres' })
    await client.connect()
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }
  await maintain(`CREATE DATABASE ${databaseName}`)
  const settings: DatabaseSettings = {
    DATABASE_HOST: postgres.host,
    DATABASE_PORT: postgres.port,
    DATABASE_NAME: databaseName,
    DATABASE_USER: postgres.user,
    DATABASE_PASSWORD: postgres.password,
    DATABASE_POOL_SIZE: 5,
  }
  const connection = openDatabase(settings, { service: 'test', onConnectionLost: () => undefined })
  if (isMigrated) {
    await migrateUp(connection, silent)
    await seed(connection.tables, adminPassword)
  }
  return {
    postgres,
    settings,
    connection,
    maintain,
    environment: Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    stop: async () => {
      await connection.close()
      await postgres.stop()
    },
  }
}
