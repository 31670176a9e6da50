import { tables } from './0001_tables.ts'
import { changeFeed } from './0002_change-feed.ts'
import { indexes } from './0003_indexes.ts'
import type { SuiteMigration } from './migration.ts'

/** All migrations in their order. */
export const migrations: readonly SuiteMigration[] = [tables, changeFeed, indexes]
