import { z } from 'zod'
import { read, time } from './base.ts'
import { nothing, type RightsOf } from './right.ts'

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

export const audit = {
  /** Newest first. */
  list: read
    .input(z.object({ before: z.number().int().optional(), limit: z.number().int().min(1).max(500).default(100) }))
    .output(z.array(auditEntry)),
  /** Recomputes the whole chain. */
  verify: read.output(
    z.object({ entries: z.number(), intact: z.boolean(), brokenAt: z.number().nullable(), message: z.string() }),
  ),
}

export const auditRights = {
  list: nothing,
  verify: nothing,
} satisfies RightsOf<typeof audit>
