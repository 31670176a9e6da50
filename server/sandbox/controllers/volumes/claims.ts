import type { Claim, PersistentVolume, Pod } from '../kinds.ts'
import type { ControllerContext } from '../loop/controlLoop.ts'
import { isBeingDeleted, selects } from '../objects.ts'
import { isFinished } from '../pods.ts'
import { milli } from '../quantity.ts'
import { defaultClassAnnotation, provisioner } from './storageClass.ts'

export const component = 'persistentvolume-controller'
export const claims = 'persistentvolumeclaims'
export const volumes = 'persistentvolumes'
/** Keeps a claim in use until the last pod has let go of it. */
const protection = 'kubernetes.io/pvc-protection'

/** A claim with its protection and its class: admission gives both, but the default class may have come later. */
export function completeClaim(context: ControllerContext, claim: Claim): Claim {
  const { namespace, name } = claim.metadata
  const fallback = context.store
    .list('storageclasses.storage.k8s.io')
    .find((each) => each.metadata.annotations?.[defaultClassAnnotation] === 'true')
  return (
    context.store.update<Claim>(claims, namespace, name, (changed) => {
      const finalizers = changed.metadata.finalizers ?? []
      if (!finalizers.includes(protection)) changed.metadata.finalizers = [...finalizers, protection]
      if (fallback !== undefined) changed.spec.storageClassName ??= fallback.metadata.name
    }) ?? claim
  )
}

/** Lets a deleted claim go once no unfinished pod uses it. */
export function releaseUnused(context: ControllerContext, claim: Claim): void {
  const { namespace = '', name } = claim.metadata
  const uses = ({ spec }: Pod): boolean =>
    (spec.volumes ?? []).some((each) => each.persistentVolumeClaim?.claimName === name)
  if (context.store.list<Pod>('pods', { namespace }).some((pod) => !isFinished(pod) && uses(pod))) return
  context.store.update<Claim>(claims, namespace, name, (changed) => {
    changed.metadata.finalizers = (changed.metadata.finalizers ?? []).filter((each) => each !== protection)
  })
}

const requested = (claim: Claim): number => milli(claim.spec.resources?.requests?.storage)

function fits({ spec }: PersistentVolume, claim: Claim): boolean {
  const { claimRef } = spec
  if (claimRef !== undefined) {
    const isOurs = claimRef.namespace === claim.metadata.namespace && claimRef.name === claim.metadata.name
    return isOurs && (claimRef.uid === undefined || claimRef.uid === claim.metadata.uid)
  }
  return (
    (spec.storageClassName ?? '') === (claim.spec.storageClassName ?? '') &&
    milli(spec.capacity.storage) >= requested(claim) &&
    (claim.spec.accessModes ?? []).every((mode) => spec.accessModes.includes(mode)) &&
    (spec.volumeMode ?? 'Filesystem') === (claim.spec.volumeMode ?? 'Filesystem')
  )
}

/** The volume reserved for this claim, or the smallest free one that fits. */
export function findVolume(context: ControllerContext, claim: Claim): PersistentVolume | undefined {
  const isReserved = (volume: PersistentVolume): number => Number(volume.spec.claimRef !== undefined)
  return context.store
    .list<PersistentVolume>(volumes)
    .filter((volume) => !isBeingDeleted(volume) && fits(volume, claim))
    .filter((volume) => claim.spec.selector === undefined || selects(claim.spec.selector, volume.metadata.labels))
    .sort(
      (left, right) =>
        isReserved(right) - isReserved(left) || milli(left.spec.capacity.storage) - milli(right.spec.capacity.storage),
    )[0]
}

/** Ties both ends together; the volume first, so that a crash in between cannot give it to another claim. */
export function bind(context: ControllerContext, claim: Claim, volume: PersistentVolume): void {
  const { namespace = '', name, uid } = claim.metadata
  const reference = volume.spec.claimRef
  if (reference?.uid !== undefined && reference.uid !== uid) {
    writeClaimPhase(context, claim, 'Lost')
    return
  }
  const taken = takeVolume(context, claim, volume)
  context.store.update<Claim>(claims, namespace, name, (changed) => {
    changed.spec.volumeName = volume.metadata.name
    changed.metadata.annotations = {
      ...changed.metadata.annotations,
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    }
  })
  const { accessModes, capacity } = taken.spec
  const bound = { phase: 'Bound', accessModes: [...accessModes], capacity: { ...capacity } }
  const write = (changed: Claim): void => {
    changed.status = { ...changed.status, ...bound }
  }
  context.store.update<Claim>(claims, namespace, name, write, { subresource: 'status' })
}

function takeVolume(context: ControllerContext, claim: Claim, volume: PersistentVolume): PersistentVolume {
  const { namespace = '', name, uid } = claim.metadata
  const isFolder = volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] === provisioner
  const storage = claim.spec.resources?.requests?.storage
  return (
    context.store.update<PersistentVolume>(volumes, undefined, volume.metadata.name, (changed) => {
      changed.spec.claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid }
      // A folder grows by itself: an expanded claim only needs the number.
      const isExpanded = isFolder && requested(claim) > milli(changed.spec.capacity.storage)
      if (isExpanded && storage !== undefined) changed.spec.capacity.storage = storage
    }) ?? volume
  )
}

export function writeClaimPhase(context: ControllerContext, claim: Claim, phase: 'Pending' | 'Lost'): void {
  const { namespace, name } = claim.metadata
  if (phase === 'Lost' && claim.status?.phase !== 'Lost') {
    const what = 'Bound claim has lost its PersistentVolume. Data on the volume is lost!'
    context.recordEvent(claim, 'Warning', 'ClaimLost', what, component)
  }
  const write = (changed: Claim): void => {
    changed.status = { ...changed.status, phase }
  }
  context.store.update<Claim>(claims, namespace, name, write, { subresource: 'status' })
}
