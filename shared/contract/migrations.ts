import { z } from 'zod'
import { confirmation, destructive, read, scope, time } from './base.ts'
import { taskStarted } from './tasks.ts'
import { backingUp, database, following, lease, on, type RightsOf } from './right.ts'

export const migrations = {
  status: read.input(scope).output(
    z.object({
      /** Newest last. */
      applied: z.array(z.object({ name: z.string(), at: time })),
      /** Of this console's bundle. */
      pending: z.array(z.object({ name: z.string(), previousReleaseRuns: z.boolean(), isReversible: z.boolean() })),
      /** How the newest one can be taken back, or why not. */
      undo: z.string(),
      canUndo: z.boolean(),
    }),
  ),
  /** Backup, migrate with a new Job, then integrity checks: every table readable, row counts compared, no invalid index or constraint. */
  run: destructive({ audit: 'migrated the database', level: 3 })
    .input(scope.extend({ confirmation }))
    .output(taskStarted),
  /** Takes back the newest migration by its own way down, after a backup. */
  undo: destructive({ audit: 'undid a migration', level: 3 }).input(scope.extend({ confirmation })).output(taskStarted),
}

export const migrationsRights = {
  status: database,
  run: [...backingUp, ...lease, on('deployments.apps', 'get'), on('jobs.batch', 'get', 'list', 'create'), ...following],
  undo: [
    ...backingUp,
    ...lease,
    on('deployments.apps', 'get'),
    on('jobs.batch', 'get', 'list', 'create'),
    ...following,
  ],
} satisfies RightsOf<typeof migrations>
