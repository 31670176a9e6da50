import { z } from 'zod'
import { confirmation, destructive, read, scope, time, write } from './base.ts'
import { nothing, on, type RightsOf } from './right.ts'

export const auditEntry = z.object({
  sequence: z.number().int(),
  at: time,
  by: z.string(),
  /** The call, as `pods.delete`. */
  action: z.string(),
  summary: z.string(),
  cluster: z.string(),
  namespace: z.string(),
  effect: z.enum(['write', 'destructive']),
  /**
   * `refused`: by role or confirmation, before anything was done. A call that starts a task has the entry `started` and, when the task
   * ends, one more with its outcome; `interrupted` when the console ended while it ran.
   */
  outcome: z.enum(['started', 'done', 'failed', 'refused', 'cancelled', 'interrupted']),
  /** Input without secrets; error code and message where it failed. */
  details: z.record(z.string(), z.unknown()),
  previousHash: z.string(),
  hash: z.string(),
})
export type AuditEntry = z.infer<typeof auditEntry>

/** What the newest entry was at some moment, signed by the console that wrote it; kept outside the machine, too. */
export const checkpoint = z.object({
  sequence: z.number().int(),
  hash: z.string(),
  at: time,
  /** Ed25519, SPKI as base64. */
  publicKey: z.string(),
  /** Of sequence, hash and time; base64. */
  signature: z.string(),
})
export type Checkpoint = z.infer<typeof checkpoint>

/** A place that a checkpoint was looked for in, and what it says about the log. */
export const checkpointPlace = z.object({
  /** "this machine", or the name of a cluster with the namespace. */
  where: z.string(),
  /** `forged`: its signature is not that of its own key. `unread`: the place did not answer, or does not allow it. */
  state: z.enum(['agrees', 'differs', 'forged', 'none', 'unread']),
  /** Of the newest entry it names; null where there is none. */
  sequence: z.number().nullable(),
  at: time.nullable(),
  message: z.string(),
})
export type CheckpointPlace = z.infer<typeof checkpointPlace>

/** What a check of the chain found. */
export const chainReport = z.object({
  entries: z.number(),
  intact: z.boolean(),
  /** Sequence number of the first entry that is not as it was written, or missing; null when all are. */
  brokenAt: z.number().nullable(),
  message: z.string(),
  checkpoints: z.array(checkpointPlace),
  /** Ends of tasks that are not in the log yet because it cannot be written. */
  unwritten: z.number(),
})
export type ChainReport = z.infer<typeof chainReport>

/** Suites whose checkpoints are compared with the log, beside those of this machine. */
const suites = z.array(scope).max(20).default([])

export const audit = {
  /** Newest first. */
  list: read
    .input(z.object({ before: z.number().int().optional(), limit: z.number().int().min(1).max(500).default(100) }))
    .output(z.array(auditEntry)),
  /** Recomputes the whole chain, and compares it with every checkpoint that can be read. */
  verify: read.input(z.object({ suites })).output(chainReport),
  /** Signs the newest entry and keeps that in the suite's namespace. The console does the same at the end of each task. */
  checkpoint: write('kept a checkpoint of the audit log').input(scope).output(checkpoint),
  /** Sets a broken log aside and begins a new chain, whose first entry names what was lost. */
  repair: destructive({ audit: 'repaired the audit log', level: 2 })
    .input(z.object({ suites, confirmation }))
    .output(chainReport),
}

const reading = [on('configmaps', 'get')]

export const auditRights = {
  list: nothing,
  verify: reading,
  checkpoint: [on('configmaps', 'get', 'create', 'patch')],
  repair: reading,
} satisfies RightsOf<typeof audit>
