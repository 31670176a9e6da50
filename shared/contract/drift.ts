import { objectIds } from './plan.ts'
import { z } from 'zod'
import { confirmation, destructive, read, scope, time } from './base.ts'
import { fieldChange } from './changes.ts'
import { unreadKind } from './unknown.ts'
import { releaseId } from './plan.ts'
import { deletable, drifting, each, lease, releasedResources, type RightsOf } from './right.ts'

export const driftField = fieldChange.omit({ effect: true }).extend({
  /** Who set it last, by the object's managedFields; empty when no manager recorded. */
  manager: z.string(),
  operation: z.string(),
  at: time.optional(),
})

export const driftedObject = z.object({
  id: z.string(),
  kind: z.string(),
  name: z.string(),
  /** `unexpected`: carries the suite's labels and is in no release. */
  state: z.enum(['changed', 'missing', 'unexpected']),
  /** `before` is the release, `after` is the cluster. */
  fields: z.array(driftField),
  /** What reverting would do: "restarts 2 pods". */
  notes: z.array(z.string()),
})
export type DriftedObject = z.infer<typeof driftedObject>

export const driftReport = z.object({
  /** Null when no release is recorded: then there is nothing to compare with. */
  release: releaseId.nullable(),
  checkedAt: time,
  compared: z.number(),
  objects: z.array(driftedObject),
  /** Kinds that could not be looked through: objects of them may be missing from the report. */
  unread: z.array(unreadKind),
})
export type DriftReport = z.infer<typeof driftReport>

export const drift = {
  check: read.input(scope).output(driftReport),
  /** Applies the recorded release again to these objects, over the fields of others; deletes those that are unexpected. */
  revert: destructive({ audit: 'reverted drift', level: 2 })
    .input(scope.extend({ ids: objectIds.min(1), confirmation }))
    .output(z.void()),
  /** Takes what is live into the release: it is no drift any more, and later deployments keep it. */
  adopt: destructive({ audit: 'adopted drift', level: 2 })
    .input(scope.extend({ ids: objectIds.min(1), confirmation }))
    .output(z.void()),
}

export const driftRights = {
  check: drifting,
  // Deletes what was named one by one and is in no release, whatever its kind.
  revert: [...drifting, ...each(releasedResources, 'create', 'patch'), ...each(deletable, 'delete'), ...lease],
  adopt: [...drifting, ...each(releasedResources, 'create', 'patch'), ...lease],
} satisfies RightsOf<typeof drift>
