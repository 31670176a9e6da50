import { pino } from 'pino'
import { z } from 'zod'
import {
  ConfigurationError,
  databaseVariables,
  readConfiguration,
  serviceVariables,
  type Environment,
} from '../common/configuration.ts'
import { isDatabaseAway } from '../common/databaseAway.ts'
import { logOptions } from '../common/logging.ts'
import { openDatabase, type DatabaseConnection } from './connection.ts'
import { migrateBack, migrateUp, type MigrationLog } from './migrate.ts'
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

/** How many migrations `migrate down <count>` is to take back; 0 for `migrate` alone. */
function countDown(words: readonly string[]): number {
  if (words.length === 0) return 0
  const [direction, count = '1', ...rest] = words
  if (direction === 'down' && rest.length === 0 && /^[1-9][0-9]{0,2}$/.test(count)) return Number(count)
  throw new ConfigurationError('Use `migrate`, or `migrate down 1` to take back the newest migration.')
}

/**
 * The job `migrate`: brings the database to this release, adds the first rows, and ends. With the words `down 1` it takes back the
 * newest migration instead; those whose way back would lose what people wrote are refused.
 */
export async function migrateAndSeed(environment: Environment, words: readonly string[] = []): Promise<void> {
  const down = countDown(words)
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
    if (down > 0) {
      const takenBack = await migrateBack(connection, down, steps)
      log.info({ takenBack }, 'the newest migrations are taken back')
      return
    }
    const applied = await migrateUp(connection, steps)
    await seed(connection.tables, settings.ADMIN_PASSWORD)
    log.info({ applied }, 'the database is at this release')
  } finally {
    await connection.close()
  }
}
