import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { confirmation, destructive, feedState, kubeName, read, scope, time } from './base.ts'

/** A pod as the window needs it. CPU in cores, memory in bytes. */
export const podRow = z.object({
  uid: z.string(),
  name: z.string(),
  /** The word kubectl shows: Running, CrashLoopBackOff, Terminating, Completed ... */
  status: z.string(),
  health: z.enum(['healthy', 'warning', 'failed', 'progress', 'waiting', 'unknown', 'off']),
  /** Why, where the status alone does not say: "exit code 137, out of memory". */
  reason: z.string(),
  ready: z.number(),
  containers: z.array(z.string()),
  restarts: z.number(),
  node: z.string(),
  ip: z.string(),
  image: z.string(),
  version: z.string(),
  /** The value of the `app` label (or app.kubernetes.io/name): what groups pods into a service. */
  service: z.string(),
  owner: z.object({ kind: z.string(), name: z.string() }).nullable(),
  createdAt: time,
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

export const eventRow = z.object({
  uid: z.string(),
  type: z.enum(['Normal', 'Warning']),
  reason: z.string(),
  message: z.string(),
  about: z.object({ kind: z.string(), name: z.string() }),
  count: z.number(),
  firstAt: time,
  lastAt: time,
})
export type EventRow = z.infer<typeof eventRow>

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
  createdAt: time,
})
export type WorkloadRow = z.infer<typeof workloadRow>

/** One box of the service map: a Service of the namespace, its ports and the state of its pods. */
export const serviceNode = z.object({
  name: z.string(),
  ports: z.array(z.number()),
  clusterIp: z.string(),
  pods: z.array(z.object({ name: z.string(), health: podRow.shape.health })),
  health: podRow.shape.health,
  summary: z.string(),
  /** Services that this one calls, read from its pods' configuration. */
  calls: z.array(z.string()),
})
export type ServiceNode = z.infer<typeof serviceNode>

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
          image: z.string(),
          state: z.string(),
          ready: z.boolean(),
          restarts: z.number(),
          lastState: z.string(),
          ports: z.array(z.number()),
        }),
      ),
      events: z.array(eventRow),
      labels: z.record(z.string(), z.string()),
    }),
  ),
  /** Deletes pods; those with a controller come back under a new name. */
  delete: destructive('deleted pods', 2).input(severalPods).output(z.void()),
}

export const workloads = {
  watch: read.input(scope).output(eventIterator(z.object({ feed: feedState, rows: z.array(workloadRow) }))),
}

export const events = {
  watch: read.input(scope).output(eventIterator(z.object({ feed: feedState, rows: z.array(eventRow) }))),
}

export const services = {
  map: read.input(scope).output(eventIterator(z.object({ feed: feedState, nodes: z.array(serviceNode) }))),
}

/** CPU in cores, memory in bytes. */
export const sample = z.object({ at: time, cpu: z.number(), memory: z.number() })
export type Sample = z.infer<typeof sample>

export const metrics = {
  /**
   * Usage of every pod, at the interval the engine polls (15 s; 5 s on the sandbox). The first batch carries the history the
   * engine has, at most an hour. `unavailable` says which of the four reasons there are no figures for.
   */
  watch: read.input(scope).output(
    eventIterator(
      z.object({
        intervalMs: z.number(),
        unavailable: z.object({ code: z.string(), message: z.string() }).nullable(),
        pods: z.record(z.string(), z.array(sample)),
      }),
    ),
  ),
}
