import { z } from 'zod'
import { eventIterator } from '@orpc/contract'
import { confirmation, destructive, feedState, kubeName, read, scope, time } from './base.ts'
import { eventRow } from './events.ts'
import { on, type RightsOf } from './right.ts'

/** A pod as the window needs it. CPU in cores, memory in bytes. */
export const podRow = z.object({
  uid: z.string(),
  name: z.string(),
  /** The word kubectl shows: Running, CrashLoopBackOff, Terminating, Completed ... */
  status: z.string(),
  health: z.enum(['healthy', 'warning', 'failed', 'progress', 'waiting', 'unknown', 'off']),
  /** Why, where the status alone does not say: "exit code 137, out of memory". */
  reason: z.string(),
  /** Of `containers`, as kubectl counts: init and ephemeral containers are not among them. */
  ready: z.number(),
  /** Names of the containers that make up READY: first the pod's own, then its sidecars. */
  containers: z.array(z.string()),
  restarts: z.number(),
  node: z.string(),
  ip: z.string(),
  image: z.string(),
  version: z.string(),
  /** The value of the `app` label (or app.kubernetes.io/name): what groups pods into a service. */
  service: z.string(),
  owner: z.object({ kind: z.string(), name: z.string() }).nullable(),
  /** Null where the cluster gave no time that can be read. */
  createdAt: time.nullable(),
  requests: z.object({ cpu: z.number().optional(), memory: z.number().optional() }),
  limits: z.object({ cpu: z.number().optional(), memory: z.number().optional() }),
})
export type PodRow = z.infer<typeof podRow>

/** What changed since the last batch. The first batch carries everything there is. */
export const podBatch = z.object({
  feed: feedState,
  /** True when the rows replace all earlier ones. */
  reset: z.boolean(),
  upserted: z.array(podRow),
  removed: z.array(z.string()),
})
export type PodBatch = z.infer<typeof podBatch>

const named = scope.extend({ name: kubeName })

const severalPods = scope.extend({ names: z.array(kubeName).min(1).max(500), confirmation })

export const pods = {
  watch: read.input(scope).output(eventIterator(podBatch)),
  detail: read.input(named).output(
    z.object({
      row: podRow,
      yaml: z.string(),
      conditions: z.array(z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() })),
      containers: z.array(
        z.object({
          name: z.string(),
          kind: z.enum(['container', 'sidecar', 'init', 'ephemeral']),
          image: z.string(),
          state: z.string(),
          ready: z.boolean(),
          restarts: z.number(),
          lastState: z.string(),
          /** As the container declares them. Only TCP can be forwarded. */
          ports: z.array(z.object({ port: z.number(), protocol: z.enum(['TCP', 'UDP', 'SCTP']) })),
        }),
      ),
      events: z.array(eventRow),
      labels: z.record(z.string(), z.string()),
    }),
  ),
  /** Deletes pods; those with a controller come back under a new name. */
  delete: destructive({ audit: 'deleted pods', level: 2 }).input(severalPods).output(z.void()),
}

export const podsRights = {
  watch: [on('pods', 'list', 'watch')],
  detail: [on('pods', 'get'), on('events', 'list')],
  delete: [on('pods', 'delete')],
} satisfies RightsOf<typeof pods>
