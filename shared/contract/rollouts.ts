import { z } from 'zod'
import { confirmation, destructive, kubeName, read, scope, time } from './base.ts'
import { impact } from './changes.ts'
import { taskStarted } from './tasks.ts'
import { each, following, on, rolled, scaled, surroundings, type RightsOf } from './right.ts'

const quantity = z.string().regex(/^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/, 'Use a quantity as 250m, 2 or 512Mi.')

/** What is left out is not set: a container without a limit. */
const resourceAmounts = z.partialRecord(z.enum(['cpu', 'memory', 'ephemeral-storage']), quantity)

/** registry/repository:tag or @sha256:...; no character that a shell would read. */
export const imageReference = z
  .string()
  .max(512)
  .regex(
    /^[a-z0-9]([a-z0-9._-]*[a-z0-9])?(:[0-9]+)?(\/[a-z0-9]([a-z0-9._-]*[a-z0-9])?)*(:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(@sha256:[a-f0-9]{64})?$/,
    'Use an image reference as registry.example/team/name:tag or name@sha256:….',
  )

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,252}$/)

const rolledKind = z.enum(['Deployment', 'StatefulSet', 'DaemonSet'])

const workload = scope.extend({ kind: rolledKind, name: kubeName })

export const workloadChange = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('setImage'),
    images: z
      .array(z.object({ container: kubeName, image: imageReference }))
      .min(1)
      .max(50),
  }),
  z.object({ do: z.literal('restart') }),
  z.object({ do: z.literal('pause') }),
  z.object({ do: z.literal('resume') }),
  z.object({ do: z.literal('undo'), revision: z.number().int().min(1) }),
  z.object({ do: z.literal('scale'), replicas: z.number().int().min(0).max(1000) }),
  z.object({
    do: z.literal('setEnvironment'),
    container: kubeName,
    set: z.array(z.object({ name: variableName, value: z.string().max(32_768) })).max(200),
    remove: z.array(variableName).max(200),
  }),
  z.object({
    do: z.literal('setResources'),
    container: kubeName,
    requests: resourceAmounts,
    limits: resourceAmounts,
  }),
  /** Deletes pods of an earlier revision that a StatefulSet waits for without end. */
  z.object({ do: z.literal('unstick') }),
])
export type WorkloadChange = z.infer<typeof workloadChange>

export const revision = z.object({
  revision: z.number(),
  images: z.array(z.string()),
  createdAt: time,
  /** kubernetes.io/change-cause, or what the console recorded. */
  cause: z.string(),
  isCurrent: z.boolean(),
})

export const workloadDetail = z.object({
  kind: rolledKind,
  name: z.string(),
  isPaused: z.boolean(),
  replicas: z.object({ desired: z.number(), updated: z.number(), ready: z.number() }),
  /** One line, live: "2 of 4 new pods ready. Waiting for ...". */
  rollout: z.string(),
  containers: z.array(
    z.object({
      name: z.string(),
      image: z.string(),
      requests: z.record(z.string(), z.string()),
      limits: z.record(z.string(), z.string()),
      /** Plain values are shown; the others say where they come from, never what they are. */
      environment: z.array(z.object({ name: z.string(), value: z.string(), from: z.string() })),
    }),
  ),
  revisions: z.array(revision),
  autoscaler: z
    .object({ name: z.string(), minimum: z.number(), maximum: z.number(), wanted: z.number(), reason: z.string() })
    .nullable(),
  budget: z.object({ name: z.string(), allowed: z.number() }).nullable(),
  /** The StatefulSet trap: pods of an earlier revision that will not become ready, which the rollout waits for. */
  stuck: z.array(z.object({ pod: z.string(), reason: z.string() })),
})
export type WorkloadDetail = z.infer<typeof workloadDetail>

export const rollouts = {
  detail: read.input(workload).output(workloadDetail),
  /** The blast radius of a change: a dry run, and what the cluster says about who notices. */
  impact: read.input(workload.extend({ change: workloadChange })).output(impact),
  /**
   * Makes the change; those that replace pods are followed by a task until the rollout has ended. Its result carries
   * `previousRevision`, the revision that an undo returns to, where the change made a new one.
   */
  change: destructive({ audit: 'changed a workload', level: 2, secret: ['change.set'] })
    .input(workload.extend({ change: workloadChange, confirmation }))
    .output(taskStarted),
}

export const rolloutsRights = {
  detail: surroundings,
  impact: [...surroundings, ...each([...rolled, ...scaled], 'patch')],
  change: [...surroundings, ...each([...rolled, ...scaled], 'patch'), on('pods', 'delete'), ...following],
} satisfies RightsOf<typeof rollouts>
