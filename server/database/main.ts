import { pino } from 'pino'
import { z } from 'zod'
import { databaseVariables, readConfiguration, serviceVariables, type Environment } from '../common/configuration.ts'
import { isDatabaseAway } from '../common/databaseAway.ts'
import { logOptions } from '../common/logging.ts'
import { openDatabase, type DatabaseConnection } from './connection.ts'
import { migrateUp, type MigrationLog } from './migrate.ts'
import { seed } from './seed.ts'

export const migrateVariables = {
  LOG_LEVEL: serviceVariables.LOG_LEVEL,
  ...databaseVariables,
  /** First password of the user `admin`; ignored once that user exists. */
  ADMIN_PASSWORD: z.string().min(12),
  /** How long to wait for a database that is still starting. Seconds. */
  DATABASE_WAIT_SECONDS: z.coerce.number().int().min(0).max(600).default(60),
}

async function untilReachable(connection: DatabaseConnection, seconds: number, log: MigrationLog): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  for (;;) {
    try {
      await connection.pool.query('SELECT 1')
      return
    } catch (error) {
      if (!isDatabaseAway(error) || Date.now() > deadline) throw error
      log.info('the database is not reachable yet, waiting')
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  }
}

/** The job `migrate`: brings the database to this release, adds the first rows, and ends. */
export async function migrateAndSeed(environment: Environment): Promise<void> {
  const settings = readConfiguration(migrateVariables, environment)
  const log = pino(logOptions({ service: 'migrate', level: settings.LOG_LEVEL }))
  const steps: MigrationLog = {
    info: (message) => log.info(message),
    warn: (message) => log.warn(message),
    error: (message) => log.error(message),
  }
  const connection = openDatabase(settings, {
    service: 'migrate',
    onConnectionLost: (error) => log.warn({ err: error }, 'database connection lost'),
  })
  try {
    await untilReachable(connection, settings.DATABASE_WAIT_SECONDS, steps)
    const applied = await migrateUp(connection, steps)
    await seed(connection.tables, settings.ADMIN_PASSWORD)
    log.info({ applied }, 'the database is at this release')
  } finally {
    await connection.close()
  }
}
