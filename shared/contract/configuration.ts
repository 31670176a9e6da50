import { z } from 'zod'
import { confirmation, destructive, kubeName, read, scope, time, write } from './base.ts'
import { impact } from './changes.ts'
import { taskStarted } from './tasks.ts'
import { known } from './unknown.ts'
import { each, edited, following, keeping, on, rolled, type RightsOf } from './right.ts'

/** Kinds that are edited field by field, with the previous version kept in the cluster for Undo. */
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
  /** Workloads that read it: "Deployment agency-swarm-backend". Not known where workloads may not be listed. */
  usedBy: known(z.array(z.string())),
  changedAt: time,
  changedBy: z.string(),
  /** When the kept version before was replaced; null when there is none. It is kept in a Secret, which may not be readable. */
  previousAt: known(time.nullable()),
})
export type ConfigurationRow = z.infer<typeof configurationRow>

/** By kind: one that may not be listed says so, and keeps no other from being shown. */
const configurationList = z.record(editableKind, known(z.array(configurationRow)))
export type ConfigurationList = z.infer<typeof configurationList>

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
  list: read.input(scope).output(configurationList),
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
  change: destructive({ audit: 'changed configuration', level: 2, secret: ['edit.set'] })
    .input(
      object
        .extend({ edit: configurationEdit, resourceVersion: z.string(), confirmation })
        .refine(({ kind, edit }) => kind !== 'Secret' || edit.of === 'keys', 'A Secret is edited key by key.'),
    )
    .output(z.void()),
  /** Puts back the previous version; what is live now becomes the previous version. */
  undo: destructive({ audit: 'undid a change of configuration', level: 2 })
    .input(object.extend({ confirmation }))
    .output(z.void()),
  /** Restarts the workloads that read it, one after the other. */
  restartReaders: destructive({ audit: 'restarted the readers of configuration', level: 2 })
    .input(object.extend({ confirmation }))
    .output(taskStarted),
}

export const configurationRights = {
  list: [...each(edited, 'list'), ...each(rolled, 'list')],
  detail: [...each(edited, 'get'), ...each(rolled, 'list')],
  reveal: [on('secrets', 'get')],
  impact: [...each(edited, 'get', 'patch'), ...each(rolled, 'list')],
  change: [...each(edited, 'get', 'patch'), ...keeping],
  undo: [...each(edited, 'get', 'patch'), ...keeping],
  restartReaders: [...each(rolled, 'get', 'list', 'patch'), ...following],
} satisfies RightsOf<typeof configuration>
