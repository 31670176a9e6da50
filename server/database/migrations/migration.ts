import type { MigrationBuilder } from 'node-pg-migrate'

export interface SuiteMigration {
  /** Number first: they run in this order. Never renamed once released. */
  readonly name: string
  /** Whether the release before this one works on the migrated database, so that `rollout undo` is safe. */
  readonly previousReleaseRuns: boolean
  /** Whether `down` takes away nothing that people wrote. */
  readonly isReversible: boolean
  readonly up: (builder: MigrationBuilder) => void
  readonly down: (builder: MigrationBuilder) => void
}

/** A migration that is nothing but SQL, in one transaction. */
export function sqlMigration(
  name: string,
  previousReleaseRuns: boolean,
  up: string,
  down: string,
  isReversible = true,
): SuiteMigration {
  return {
    name,
    previousReleaseRuns,
    isReversible,
    up: (builder) => {
      builder.sql(up)
    },
    down: (builder) => {
      builder.sql(down)
    },
  }
}

/**
 * Indexes that are built while the suite goes on writing. An interrupted CREATE INDEX CONCURRENTLY leaves an invalid index behind, so
 * the name is freed first: the migration can be run again.
 * @param indexes what stands behind `CREATE INDEX CONCURRENTLY <name> ON`, by name
 */
export function indexMigration(name: string, indexes: Readonly<Record<string, string>>): SuiteMigration {
  return {
    name,
    previousReleaseRuns: true,
    isReversible: true,
    up: (builder) => {
      builder.noTransaction()
      for (const [index, definition] of Object.entries(indexes)) {
        builder.sql(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`)
        builder.sql(`CREATE INDEX CONCURRENTLY ${index} ON ${definition}`)
      }
    },
    down: (builder) => {
      builder.noTransaction()
      for (const index of Object.keys(indexes)) builder.sql(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`)
    },
  }
}
