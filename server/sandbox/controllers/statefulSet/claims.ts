import type { Claim, Pod, StatefulSet } from '../kinds.ts'
import type { ControllerContext } from '../loop/controlLoop.ts'
import { isBeingDeleted, ownerReference } from '../objects.ts'
import { createIn, messageOf } from '../creation.ts'
import { claimsOf, ordinalOf, podName } from './identity.ts'
import { isWanted } from './plan.ts'

const component = 'statefulset-controller'
const resource = 'persistentvolumeclaims'

/** Creates the claims of an ordinal that are missing; existing ones, and so the data in them, are taken up again. */
export function ensureClaims(context: ControllerContext, set: StatefulSet, ordinal: number): void {
  for (const claim of claimsOf(set, ordinal)) {
    const { name } = claim.metadata
    if (context.store.get(resource, set.metadata.namespace, name) !== undefined) continue
    const what = `create Claim ${name} Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name}`
    const isTemporary = set.spec.persistentVolumeClaimRetentionPolicy?.whenDeleted === 'Delete'
    const ownerReferences = isTemporary ? [ownerReference(set)] : []
    try {
      createIn<Claim>(context, resource, { ...claim, metadata: { ...claim.metadata, ownerReferences } })
      context.recordEvent(set, 'Normal', 'SuccessfulCreate', `${what} success`, component)
    } catch (error) {
      context.recordEvent(set, 'Warning', 'FailedCreate', `${what} failed error: ${messageOf(error)}`, component)
      throw error
    }
  }
}

/** With `whenScaled: Delete`, removes the claims of ordinals that are no longer wanted once their pods are gone. */
export function removeSurplusClaims(context: ControllerContext, set: StatefulSet, pods: Pod[]): void {
  if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete') return
  const present = new Set(pods.map((pod) => ordinalOf(set, pod)))
  const prefixes = (set.spec.volumeClaimTemplates ?? []).map((each) => `${each.metadata.name}-${set.metadata.name}-`)
  for (const claim of context.store.list<Claim>(resource, { namespace: set.metadata.namespace ?? '' })) {
    const prefix = prefixes.find((each) => claim.metadata.name.startsWith(each))
    const rest = prefix === undefined ? '' : claim.metadata.name.slice(prefix.length)
    if (!/^\d+$/.test(rest) || isWanted(set, Number(rest)) || present.has(Number(rest)) || isBeingDeleted(claim))
      continue
    context.store.delete(resource, claim.metadata.namespace, claim.metadata.name)
  }
}
