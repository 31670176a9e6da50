/**
 * The advisory locks of the suite, all in one place so that no two share a number: they are known by it to the whole database.
 * https://www.postgresql.org/docs/15/explicit-locking.html#ADVISORY-LOCKS
 */
export const locks = {
  /** Held by the migrator. */
  migration: 4_711_000,
  /** Held while audit entries are sealed. */
  auditSeal: 4_711_001,
  /** Held while the first rows are added. */
  seed: 4_711_002,
  /** Held by the replica that looks after the tasks of all. */
  taskRecovery: 4_711_003,
  /** Held by the job that rotates the encryption key. */
  keyRotation: 4_711_004,
  /** Held by the job that re-embeds knowledge. */
  reembedding: 4_711_005,
  /** Held while the number of administrators could become less. */
  administrators: 4_711_006,
} as const
