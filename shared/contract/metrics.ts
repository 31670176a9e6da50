import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { fault, read, scope, time } from './base.ts'
import { on, type RightsOf } from './right.ts'

/** CPU in cores, memory in bytes. */
export const sample = z.object({ at: time, cpu: z.number(), memory: z.number() })
export type Sample = z.infer<typeof sample>

export const metrics = {
  /**
   * Usage of every pod, at the interval the engine polls (15 s; 5 s on the sandbox). The first batch carries the history the
   * engine has, at most an hour. `unavailable` says why there are no figures.
   */
  watch: read.input(scope).output(
    eventIterator(
      z.object({
        intervalMs: z.number(),
        unavailable: fault.nullable(),
        pods: z.record(z.string(), z.array(sample)),
      }),
    ),
  ),
}

export const metricsRights = {
  watch: [on('pods.metrics.k8s.io', 'list')],
} satisfies RightsOf<typeof metrics>
