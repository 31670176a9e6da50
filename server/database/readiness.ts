import type { ReadinessCheck } from '../common/service.ts'
import type { Database } from './connection.ts'
import { databaseGap } from './migrate.ts'

/** A service that needs nothing but the migrated database. */
export function needsDatabase(database: Database): ReadinessCheck {
  return async () => {
    const gap = await databaseGap(database)
    const missing: Record<string, string> = gap === undefined ? {} : { database: gap }
    return missing
  }
}
