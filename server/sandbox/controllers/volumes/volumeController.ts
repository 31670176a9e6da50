import type { Component, KubeObject } from '../../store/types.ts'
import type { Claim, PersistentVolume, Pod } from '../kinds.ts'
import { controlLoop, keyOf, ownKey, splitKey, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { isBeingDeleted, selects } from '../objects.ts'
import { isFinished } from '../pods.ts'
import { milli } from '../quantity.ts'
import { defaultClassAnnotation, provisioner } from './storageClass.ts'

const component = 'persistentvolume-controller'
const claims = 'persistentvolumeclaims'
const volumes = 'persistentvolumes'
const protection = 'kubernetes.io/pvc-protection'

type StorageClass = KubeObject & { provisioner: string; reclaimPolicy?: string }

/** Gives every claim a volume, and takes the volume back when the claim is gone. */
export function volumeController(context: ControllerContext): Component {
  const { store } = context
  const claimsOf = (pod: Pod): string[] =>
    (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
      claim === undefined ? [] : [`${pod.metadata.namespace ?? ''}/${claim.claimName}`],
    )
  const unbound = (): string[] =>
    store
      .list<Claim>(claims)
      .filter((claim) => claim.status?.phase !== 'Bound')
      .map(keyOf)
  const claimOf = ({ spec: { claimRef } }: PersistentVolume): string[] =>
    claimRef === undefined ? [] : [`${claimRef.namespace}/${claimRef.name}`]
  const claimLoop = controlLoop(
    {
      name: component,
      watches: [
        watching<Claim>(claims, ownKey),
        watching<Pod>('pods', (pod, _previous, gone) => (gone || isFinished(pod) ? claimsOf(pod) : [])),
        watching<PersistentVolume>(volumes, (volume) => [...claimOf(volume), ...unbound()]),
        watching('storageclasses.storage.k8s.io', unbound),
      ],
      reconcile: (key) => reconcileClaim(context, key),
    },
    context,
  )
  const volumeLoop = controlLoop(
    {
      name: component,
      watches: [
        watching<PersistentVolume>(volumes, ownKey),
        watching<Claim>(claims, (claim) => (claim.spec.volumeName === undefined ? [] : [`/${claim.spec.volumeName}`])),
      ],
      reconcile: (key) => reconcileVolume(context, splitKey(key).name),
    },
    context,
  )
  return {
    async start() {
      await claimLoop.start()
      await volumeLoop.start()
    },
    async stop() {
      await Promise.all([claimLoop.stop(), volumeLoop.stop()])
    },
  }
}

function reconcileClaim(context: ControllerContext, key: string): undefined {
  const { namespace, name } = splitKey(key)
  const claim = context.store.get<Claim>(claims, namespace, name)
  if (claim === undefined) return
  if (isBeingDeleted(claim)) return releaseUnused(context, claim)
  const known = protect(context, claim)
  const bound = known.spec.volumeName
  const volume = bound === undefined ? undefined : context.store.get<PersistentVolume>(volumes, undefined, bound)
  if (bound !== undefined && volume === undefined)
    return writeClaimPhase(context, known, known.status?.phase === 'Bound' ? 'Lost' : 'Pending')
  const chosen = volume ?? findVolume(context, known) ?? provision(context, known)
  if (chosen !== undefined) bind(context, known, chosen)
}

/** A claim in use outlives its deletion until the last pod has let go of it. */
function protect(context: ControllerContext, claim: Claim): Claim {
  const { namespace, name } = claim.metadata
  return (
    context.store.update<Claim>(claims, namespace, name, (changed) => {
      const finalizers = changed.metadata.finalizers ?? []
      if (!finalizers.includes(protection)) changed.metadata.finalizers = [...finalizers, protection]
      if (changed.spec.storageClassName === undefined) {
        const fallback = defaultClass(context)
        if (fallback !== undefined) changed.spec.storageClassName = fallback.metadata.name
      }
    }) ?? claim
  )
}

const defaultClass = (context: ControllerContext): StorageClass | undefined =>
  context.store
    .list<StorageClass>('storageclasses.storage.k8s.io')
    .find((each) => each.metadata.annotations?.[defaultClassAnnotation] === 'true')

function releaseUnused(context: ControllerContext, claim: Claim): undefined {
  const { namespace = '', name } = claim.metadata
  const isUsed = context.store
    .list<Pod>('pods', { namespace })
    .some(
      (pod) =>
        !isFinished(pod) && (pod.spec.volumes ?? []).some((each) => each.persistentVolumeClaim?.claimName === name),
    )
  if (isUsed) return
  context.store.update<Claim>(claims, namespace, name, (changed) => {
    changed.metadata.finalizers = (changed.metadata.finalizers ?? []).filter((each) => each !== protection)
  })
}

const requested = (claim: Claim): number => milli(claim.spec.resources?.requests?.storage)

/** The smallest free volume that an administrator made and that fits; or the one reserved for this claim. */
function findVolume(context: ControllerContext, claim: Claim): PersistentVolume | undefined {
  const { namespace, name, uid } = claim.metadata
  const fits = ({ spec }: PersistentVolume): boolean => {
    if (spec.claimRef !== undefined) {
      const { claimRef } = spec
      const isOurs = claimRef.namespace === namespace && claimRef.name === name
      return isOurs && (claimRef.uid === undefined || claimRef.uid === uid)
    }
    return (
      (spec.storageClassName ?? '') === (claim.spec.storageClassName ?? '') &&
      milli(spec.capacity.storage) >= requested(claim) &&
      (claim.spec.accessModes ?? []).every((mode) => spec.accessModes.includes(mode)) &&
      (spec.volumeMode ?? 'Filesystem') === (claim.spec.volumeMode ?? 'Filesystem')
    )
  }
  return context.store
    .list<PersistentVolume>(volumes)
    .filter((volume) => !isBeingDeleted(volume) && fits(volume))
    .filter((volume) => claim.spec.selector === undefined || selects(claim.spec.selector, volume.metadata.labels))
    .sort((left, right) => milli(left.spec.capacity.storage) - milli(right.spec.capacity.storage))[0]
}

function provision(context: ControllerContext, claim: Claim): PersistentVolume | undefined {
  const className = claim.spec.storageClassName ?? ''
  const fail = (reason: string, message: string): undefined => {
    context.recordEvent(claim, className === '' ? 'Normal' : 'Warning', reason, message, component)
    return writeClaimPhase(context, claim, 'Pending')
  }
  const none = 'no persistent volumes available for this claim and no storage class is set'
  if (className === '') return fail('FailedBinding', none)
  const storageClass = context.store.get<StorageClass>('storageclasses.storage.k8s.io', undefined, className)
  if (storageClass === undefined)
    return fail('ProvisioningFailed', `storageclass.storage.k8s.io "${className}" not found`)
  if (storageClass.provisioner !== provisioner) {
    const what = `Waiting for a volume to be created by the external provisioner '${storageClass.provisioner}'`
    return fail('ExternalProvisioning', what)
  }
  const name = `pvc-${claim.metadata.uid}`
  const created = context.store.create<PersistentVolume>(volumes, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
    spec: {
      capacity: { storage: claim.spec.resources?.requests?.storage ?? '1Gi' },
      accessModes: [...(claim.spec.accessModes ?? ['ReadWriteOnce'])],
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: className,
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      csi: { driver: provisioner, volumeHandle: name },
    },
    status: { phase: 'Available' },
  })
  const what = `Successfully provisioned volume ${name}`
  context.recordEvent(claim, 'Normal', 'ProvisioningSucceeded', what, component)
  return created
}

/** Ties both ends together; the volume first, so that a crash in between cannot give it to another claim. */
function bind(context: ControllerContext, claim: Claim, volume: PersistentVolume): undefined {
  const { namespace = '', name, uid } = claim.metadata
  const reference = volume.spec.claimRef
  if (reference?.uid !== undefined && reference.uid !== uid) return writeClaimPhase(context, claim, 'Lost')
  const isProvisioned = volume.metadata.annotations?.['pv.kubernetes.io/provisioned-by'] === provisioner
  const wanted = requested(claim)
  context.store.update<PersistentVolume>(volumes, undefined, volume.metadata.name, (changed) => {
    changed.spec.claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid }
    // A folder grows by itself: an expanded claim only needs the number.
    const storage = claim.spec.resources?.requests?.storage
    if (isProvisioned && storage !== undefined && wanted > milli(changed.spec.capacity.storage))
      changed.spec.capacity.storage = storage
  })
  context.store.update<Claim>(claims, namespace, name, (changed) => {
    changed.spec.volumeName = volume.metadata.name
    changed.metadata.annotations = {
      ...changed.metadata.annotations,
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    }
  })
  const capacity = context.store.get<PersistentVolume>(volumes, undefined, volume.metadata.name)?.spec.capacity ?? {}
  const bound = { phase: 'Bound', accessModes: [...volume.spec.accessModes], capacity: { ...capacity } }
  const write = (changed: Claim): void => void (changed.status = { ...changed.status, ...bound })
  context.store.update<Claim>(claims, namespace, name, write, { subresource: 'status' })
}

function writeClaimPhase(context: ControllerContext, claim: Claim, phase: string): undefined {
  const { namespace, name } = claim.metadata
  if (phase === 'Lost' && claim.status?.phase !== 'Lost') {
    context.recordEvent(
      claim,
      'Warning',
      'ClaimLost',
      'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
      component,
    )
  }
  const write = (changed: Claim): void => void (changed.status = { ...changed.status, phase })
  context.store.update<Claim>(claims, namespace, name, write, { subresource: 'status' })
}

/** A volume whose claim is gone is deleted or kept as Released, as its reclaim policy says. */
function reconcileVolume(context: ControllerContext, name: string): undefined {
  const volume = context.store.get<PersistentVolume>(volumes, undefined, name)
  if (volume === undefined || isBeingDeleted(volume)) return
  const { claimRef } = volume.spec
  const claim = claimRef === undefined ? undefined : context.store.get<Claim>(claims, claimRef.namespace, claimRef.name)
  const isHeld = claimRef?.uid !== undefined && claim?.metadata.uid === claimRef.uid
  const isReleased = claimRef?.uid !== undefined && !isHeld
  if (isReleased && volume.spec.persistentVolumeReclaimPolicy === 'Delete') {
    context.store.delete(volumes, undefined, name)
    return
  }
  const phase = isHeld ? 'Bound' : isReleased ? 'Released' : 'Available'
  const write = (changed: PersistentVolume): void => void (changed.status = { ...changed.status, phase })
  context.store.update<PersistentVolume>(volumes, undefined, name, write, { subresource: 'status' })
}
