import { z } from 'zod'
import { confirmation, destructive, kubeName, read, scope, time, write } from './base.ts'
import { fieldChange } from './deploy.ts'
import { taskStarted } from './tasks.ts'

/** What an operation does before it is done, and how it is taken back. */
export const impact = z.object({
  /** Whole sentences: "2 pods of agency-swarm-backend restart, one at a time." */
  effects: z.array(z.string()),
  /** Things an administrator would want to know first: a budget that allows no disruption, an autoscaler that will scale back. */
  warnings: z.array(z.string()),
  changes: z.array(fieldChange),
  /** How it is undone: "Undo returns to revision 4." Or why it cannot be. */
  undo: z.string(),
  canUndo: z.boolean(),
})
export type Impact = z.infer<typeof impact>

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

const rolled = z.enum(['Deployment', 'StatefulSet', 'DaemonSet'])
const workload = scope.extend({ kind: rolled, name: kubeName })

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
  /** Deletes pods of an earlier revision that a StatefulSet waits for in vain. */
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
  kind: rolled,
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
  change: destructive('changed a workload', 2, 'operator', ['change.set'])
    .input(workload.extend({ change: workloadChange, confirmation }))
    .output(taskStarted),
}

/** Kinds that are edited field by field, with the version before kept in the cluster for Undo. */
export const editableKind = z.enum(['ConfigMap', 'Secret', 'HorizontalPodAutoscaler', 'ResourceQuota', 'LimitRange'])
export type EditableKind = z.infer<typeof editableKind>

export const configurationRow = z.object({
  kind: editableKind,
  name: z.string(),
  /** Names of the keys or limits; never values of Secrets. */
  keys: z.array(z.string()),
  /** One line: "min 2, max 6, cpu 70%", "requests.cpu 1.2 of 10". */
  summary: z.string(),
  bytes: z.number(),
  /** Workloads that read it: "Deployment agency-swarm-backend". */
  usedBy: z.array(z.string()),
  changedAt: time,
  changedBy: z.string(),
  /** When the kept version before was replaced; absent when there is none. */
  previousAt: time.optional(),
})
export type ConfigurationRow = z.infer<typeof configurationRow>

const object = scope.extend({ kind: editableKind, name: kubeName })
/**
 * The new content. ConfigMap and Secret: keys and their texts (a Secret's key that is absent from `set` and `remove` stays).
 * The other kinds: the YAML of `spec`.
 */
export const configurationEdit = z.discriminatedUnion('of', [
  z.object({
    of: z.literal('keys'),
    set: z.record(z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/), z.string().max(1_048_576)),
    remove: z.array(z.string()).max(500),
  }),
  z.object({ of: z.literal('spec'), yaml: z.string().max(100_000) }),
])
export type ConfigurationEdit = z.infer<typeof configurationEdit>

export const configuration = {
  list: read.input(scope).output(z.array(configurationRow)),
  /** A Secret's values are left out: `keys` says which there are and how long. */
  detail: read.input(object).output(
    z.object({
      row: configurationRow,
      /** Guards against overwriting somebody else's change. */
      resourceVersion: z.string(),
      keys: z.array(z.object({ key: z.string(), value: z.string(), bytes: z.number(), isBinary: z.boolean() })),
      /** Of the kinds with a spec; of a ConfigMap its data. Empty for a Secret. */
      yaml: z.string(),
    }),
  ),
  /** One value of a Secret, decoded. Audited with the key's name. */
  reveal: write('revealed a secret value')
    .input(scope.extend({ name: kubeName, key: z.string().max(253) }))
    .output(z.object({ value: z.string(), isBinary: z.boolean() })),
  impact: read.input(object.extend({ edit: configurationEdit })).output(impact),
  /** @throws CONFLICT when the object has changed since `resourceVersion` */
  change: destructive('changed configuration', 2, 'operator', ['edit.set'])
    .input(
      object
        .extend({ edit: configurationEdit, resourceVersion: z.string(), confirmation })
        .refine(({ kind, edit }) => kind !== 'Secret' || edit.of === 'keys', 'A Secret is edited key by key.'),
    )
    .output(z.void()),
  /** Puts back the version before; what is live now becomes the version before. */
  undo: destructive('undid a change of configuration', 2).input(object.extend({ confirmation })).output(z.void()),
  /** Restarts the workloads that read it, one after the other. */
  restartReaders: destructive('restarted the readers of configuration', 2)
    .input(object.extend({ confirmation }))
    .output(taskStarted),
}

export const accounts = {
  list: read.input(scope).output(
    z.array(
      z.object({
        name: z.string(),
        /** Roles bound to it in this namespace: "Role agency-swarm-admin". */
        roles: z.array(z.string()),
        /** Pods that run as it. */
        pods: z.number(),
        createdAt: time,
      }),
    ),
  ),
  /** A token of limited life, shown once. It cannot be taken back before it ends, other than by deleting the account. */
  createToken: destructive('created a service account token', 2)
    .input(
      scope.extend({
        name: kubeName,
        /** Seconds; the server may shorten it. */
        seconds: z
          .number()
          .int()
          .min(600)
          .max(365 * 86_400),
        confirmation,
      }),
    )
    .output(z.object({ token: z.string(), expiresAt: time })),
}

export const certificateRow = z.object({
  /** "Secret agency-swarm-tls", "API server", "Ingress agency-swarm: Secret missing". */
  source: z.string(),
  subject: z.string(),
  names: z.array(z.string()),
  issuer: z.string(),
  notBefore: time.optional(),
  notAfter: time.optional(),
  state: z.enum(['valid', 'soon', 'expired', 'notYet', 'unreadable', 'missing']),
  detail: z.string(),
  usedBy: z.array(z.string()),
})
export type CertificateRow = z.infer<typeof certificateRow>

export const certificates = {
  /** Every certificate the suite and this console's connection depend on; `soon` is less than 30 days. */
  list: read.input(scope).output(z.array(certificateRow)),
}

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
  run: destructive('migrated the database', 3).input(scope.extend({ confirmation })).output(taskStarted),
  /** Takes back the newest migration by its own way down, after a backup. */
  undo: destructive('undid a migration', 3).input(scope.extend({ confirmation })).output(taskStarted),
}
