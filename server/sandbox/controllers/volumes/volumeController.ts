import type { Component } from '../../store/types.ts'
import type { Claim, PersistentVolume, Pod } from '../kinds.ts'
import { controlLoop, keyOf, ownKey, splitKey, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { isBeingDeleted } from '../objects.ts'
import { isFinished } from '../pods.ts'
import {
  bind,
  claims,
  completeClaim,
  component,
  findVolume,
  releaseUnused,
  volumes,
  writeClaimPhase,
} from './claims.ts'
import { provision } from './provisioning.ts'

/** Gives every claim a volume, and takes the volume back when the claim is gone. */
export function volumeController(context: ControllerContext): Component {
  const loops = [claimLoop(context), volumeLoop(context)]
  return {
    async start() {
      for (const loop of loops) await loop.start()
    },
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()))
    },
  }
}

function claimLoop(context: ControllerContext): Component {
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
  return controlLoop(
    {
      name: component,
      watches: [
        watching<Claim>(claims, ownKey),
        watching<Pod>('pods', (pod, _previous, gone) => (gone || isFinished(pod) ? claimsOf(pod) : [])),
        watching<PersistentVolume>(volumes, (volume) => [...claimOf(volume), ...unbound()]),
        watching('storageclasses.storage.k8s.io', unbound),
      ],
      reconcile(key) {
        reconcileClaim(context, key)
        return undefined
      },
    },
    context,
  )
}

function reconcileClaim(context: ControllerContext, key: string): void {
  const { namespace, name } = splitKey(key)
  const found = context.store.get<Claim>(claims, namespace, name)
  if (found === undefined) return
  if (isBeingDeleted(found)) releaseUnused(context, found)
  else {
    const claim = completeClaim(context, found)
    const { volumeName } = claim.spec
    if (volumeName === undefined) {
      const chosen = findVolume(context, claim) ?? provision(context, claim)
      if (chosen !== undefined) bind(context, claim, chosen)
    } else bindTo(context, claim, volumeName)
  }
}

/** A claim that names its volume: bound before, or asked for by its author. */
function bindTo(context: ControllerContext, claim: Claim, volumeName: string): void {
  const volume = context.store.get<PersistentVolume>(volumes, undefined, volumeName)
  const wasBound = claim.status?.phase === 'Bound' || claim.status?.phase === 'Lost'
  if (volume === undefined) writeClaimPhase(context, claim, wasBound ? 'Lost' : 'Pending')
  else bind(context, claim, volume)
}

function volumeLoop(context: ControllerContext): Component {
  return controlLoop(
    {
      name: component,
      watches: [
        watching<PersistentVolume>(volumes, ownKey),
        watching<Claim>(claims, (claim) => (claim.spec.volumeName === undefined ? [] : [`/${claim.spec.volumeName}`])),
      ],
      reconcile(key) {
        reconcileVolume(context, splitKey(key).name)
        return undefined
      },
    },
    context,
  )
}

/** A volume whose claim is gone is deleted or kept as Released, as its reclaim policy says. */
function reconcileVolume(context: ControllerContext, name: string): void {
  const volume = context.store.get<PersistentVolume>(volumes, undefined, name)
  if (volume === undefined || isBeingDeleted(volume)) return
  const { claimRef, persistentVolumeReclaimPolicy } = volume.spec
  const isTaken = claimRef?.uid !== undefined
  const claim = isTaken ? context.store.get<Claim>(claims, claimRef.namespace, claimRef.name) : undefined
  const isHeld = isTaken && claim?.metadata.uid === claimRef.uid
  if (isTaken && !isHeld && persistentVolumeReclaimPolicy === 'Delete') {
    context.store.delete(volumes, undefined, name)
    return
  }
  const phase = isHeld ? 'Bound' : isTaken ? 'Released' : 'Available'
  const write = (changed: PersistentVolume): void => {
    changed.status = { ...changed.status, phase }
  }
  context.store.update<PersistentVolume>(volumes, undefined, name, write, { subresource: 'status' })
}
