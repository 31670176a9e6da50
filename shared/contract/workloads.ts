import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { feedState, read, scope, time } from './base.ts'
import { podRow } from './pods.ts'
import { each, rolled, type RightsOf } from './right.ts'

export const workloadRow = z.object({
  uid: z.string(),
  kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']),
  name: z.string(),
  service: z.string(),
  ready: z.number(),
  desired: z.number(),
  updated: z.number(),
  images: z.array(z.string()),
  revision: z.string(),
  health: podRow.shape.health,
  reason: z.string(),
  /** Null where the cluster gave no time that can be read. */
  createdAt: time.nullable(),
})
export type WorkloadRow = z.infer<typeof workloadRow>

export const workloads = {
  watch: read.input(scope).output(eventIterator(z.object({ feed: feedState, rows: z.array(workloadRow) }))),
}

export const workloadsRights = {
  watch: each([...rolled, 'jobs.batch', 'cronjobs.batch'], 'list', 'watch'),
} satisfies RightsOf<typeof workloads>
