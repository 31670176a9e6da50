import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { clusterId, confirmation, destructive, fault, read, scope, suite, time, write } from './base.ts'
import { environment } from './clusters.ts'
import { taskStarted } from './tasks.ts'
import { backingUp, database, lease, nothing, restoring, type RightsOf } from './right.ts'

export const tableFact = z.object({ name: z.string(), rows: z.number(), sha256: z.string().optional() })

export const backup = z.object({
  id: z.string(),
  cluster: clusterId,
  clusterName: z.string(),
  namespace: z.string(),
  takenAt: time,
  tookMs: z.number(),
  by: z.string(),
  reason: z.string(),
  bytes: z.number(),
  /** intact: every hash fits. verified: a trial restore gave back what was there. damaged: the hashes no longer match. */
  state: z.enum(['intact', 'verified', 'damaged']),
  fault: fault.optional(),
  database: z.object({
    name: z.string(),
    bytes: z.number(),
    serverVersion: z.string(),
    dumpVersion: z.string(),
    extensions: z.array(z.object({ name: z.string(), version: z.string() })),
    schemaVersion: z.string(),
    tables: z.array(tableFact),
    sequences: z.array(z.object({ name: z.string(), value: z.string() })),
  }),
  images: z.record(z.string(), z.string()),
  members: z.array(z.object({ name: z.string(), bytes: z.number(), sha256: z.string() })),
  verifiedAt: time.optional(),
  /** Absent where the manifest cannot be read. The fingerprint is empty for what an earlier version sealed. */
  signedBy: z.object({ fingerprint: z.string(), isThisConsole: z.boolean() }).optional(),
  directory: z.string(),
})
export type Backup = z.infer<typeof backup>

/** Where a restore takes its data from: a backup of the suite that it goes to, or of another. */
export const restoreSource = z.object({ suite, backupId: z.string() })
export type RestoreSource = z.infer<typeof restoreSource>

export const restorePlan = z.object({
  backup,
  /** Absent where source and target are one suite. */
  crossing: z
    .object({
      /** Names of clusters; that of the source is its id where no context leads to it any more. */
      from: z.object({ cluster: z.string(), namespace: z.string(), environment: environment.nullable() }),
      to: z.object({ cluster: z.string(), namespace: z.string(), environment }),
    })
    .optional(),
  steps: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      detail: z.string(),
      group: z.enum(['safe', 'change']),
      plannedMs: z.number().optional(),
    }),
  ),
  tables: z.array(z.object({ name: z.string(), now: z.number().nullable(), after: z.number().nullable() })),
  /** "Restarted": "backend, mcp, agents (4 pods)". */
  effects: z.array(z.object({ title: z.string(), detail: z.string() })),
  blockers: z.array(fault),
  warnings: z.array(z.string()),
})
export type RestorePlan = z.infer<typeof restorePlan>

export const restore = z.object({
  id: z.string(),
  backupId: z.string(),
  cluster: clusterId,
  namespace: z.string(),
  /** The suite that the backup is of, where it is another than the one restored. */
  source: suite.optional(),
  at: time,
  /**
   * interrupted: the console ended in the middle; offers `recover` until that is settled. unknown: what is live could not be told, or is none of
   * its two databases. superseded: a later restore replaced its data.
   */
  state: z.enum(['running', 'done', 'superseded', 'failed', 'undone', 'kept', 'interrupted', 'unknown']),
  /** The database before the restore, kept under this name until kept or undone. */
  previousDatabase: z.string(),
  /** What can be done about it now. */
  offers: z.array(z.enum(['undo', 'keep', 'recover'])),
  /** What `recover` would do, in its order; absent while the database was not read. */
  recovery: z.array(z.string()).optional(),
  fault: fault.optional(),
  message: z.string(),
})
export type Restore = z.infer<typeof restore>

/** A database beside the live one that a console made on the server. */
export const keptDatabase = z.object({
  /** PostgreSQL's number of it: the same through every renaming. */
  oid: z.string(),
  name: z.string(),
  /** before: was live before a restore. restore: a copy that a restore fills. undone: was live before an undo. trial: of a verification. */
  purpose: z.enum(['trial', 'restore', 'before', 'undone']),
  /** Id of the restore or verification that made it, as its name says. */
  madeBy: z.string(),
  madeAt: time,
  /** Null where the database's user may not ask. */
  bytes: z.number().nullable(),
  isOpen: z.boolean(),
  /** Connections to it now. */
  sessions: z.number(),
  /** journal: of a restore or verification of this console, which noted its number. name: of another console, or before this data directory. */
  proof: z.enum(['journal', 'name']),
  /** The restore of this console that it belongs to. */
  restoreId: z.string().optional(),
  /** What can be done about it now; empty while a restore works with it, and while no database has the live name. */
  offers: z.array(z.enum(['undo', 'keep', 'recover', 'remove'])),
})
export type KeptDatabase = z.infer<typeof keptDatabase>

export const backups = {
  watch: read.input(scope).output(
    eventIterator(
      z.object({
        backups: z.array(backup),
        restores: z.array(restore),
        location: z.object({ path: z.string(), freeBytes: z.number(), totalBytes: z.number() }),
      }),
    ),
  ),
  start: write('took a backup')
    .input(scope.extend({ reason: z.string().max(200) }))
    .output(taskStarted),
  /** Trial restore into a scratch database of the same server. */
  verify: write('verified a backup by a trial restore')
    .input(scope.extend({ backupId: z.string() }))
    .output(taskStarted),
  planRestore: read.input(scope.extend({ source: restoreSource })).output(restorePlan),
  restore: destructive({ audit: 'restored a backup', level: 3 })
    .input(scope.extend({ source: restoreSource, confirmation }))
    .output(taskStarted),
  undoRestore: destructive({ audit: 'undid a restore', level: 3 })
    .input(scope.extend({ restoreId: z.string(), confirmation }))
    .output(taskStarted),
  /** Finishes or takes back a restore that was interrupted: as `recovery` of the restore says. */
  recover: write('recovered an interrupted restore')
    .input(scope.extend({ restoreId: z.string() }))
    .output(taskStarted),
  /** Ends the time for undo: drops the database kept from before the restore. */
  keepRestore: destructive({ audit: 'dropped the database kept from before a restore', level: 3 })
    .input(scope.extend({ restoreId: z.string(), confirmation }))
    .output(z.void()),
  /** What restores and verifications of any console left beside the live database. */
  databases: read.input(scope).output(z.array(keptDatabase)),
  /** Drops one of them; it cannot be undone. What a restore of this console offers comes first: undo, keep or recover. */
  removeDatabase: destructive({ audit: 'dropped a database that a console had made', level: 3 })
    .input(scope.extend({ oid: z.string().regex(/^\d{1,10}$/), name: z.string().min(1).max(63), confirmation }))
    .output(z.void()),
  delete: destructive({ audit: 'deleted a backup', level: 3 })
    .input(scope.extend({ backupId: z.string(), confirmation }))
    .output(z.void()),
}

export const backupsRights = {
  /** Where a restore was interrupted, the databases are read. */
  watch: database,
  start: backingUp,
  verify: database,
  planRestore: restoring,
  restore: [...restoring, ...lease],
  undoRestore: [...restoring, ...lease],
  recover: [...restoring, ...lease],
  keepRestore: [...database, ...lease],
  databases: database,
  removeDatabase: [...database, ...lease],
  delete: nothing,
} satisfies RightsOf<typeof backups>
