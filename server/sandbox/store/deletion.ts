import { now } from './metadata.ts'
import type { DeleteOptions, KubeObject } from './types.ts'

const defaultPodGraceSeconds = 30

function podGraceSeconds(pod: KubeObject, asked: number | undefined): number {
  const phase = pod.status?.phase
  // A pod no node has taken, or one that has ended, has no process to wait for.
  if (typeof pod.spec?.nodeName !== 'string' || phase === 'Succeeded' || phase === 'Failed') return 0
  const own = pod.spec.terminationGracePeriodSeconds
  const wanted = asked ?? (typeof own === 'number' ? own : defaultPodGraceSeconds)
  const running = pod.metadata.deletionGracePeriodSeconds
  // A second delete may shorten the grace period, never lengthen it.
  return running === undefined ? wanted : Math.min(running, wanted)
}

/** True when nothing holds a deleted object any more: no grace period, no finalizer of its own or of a namespace. */
export function isReleased(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = object.metadata
  if (deletionTimestamp === undefined) return false
  if ((deletionGracePeriodSeconds ?? 0) > 0 || (finalizers ?? []).length > 0) return false
  const held = object.kind === 'Namespace' ? object.spec?.finalizers : undefined
  return !Array.isArray(held) || held.length === 0
}

/** Marks a private copy as being deleted. Afterwards `isReleased` tells whether it can go at once. */
export function markDeleted(object: KubeObject, options: DeleteOptions): void {
  const { metadata } = object
  const grace = object.kind === 'Pod' ? podGraceSeconds(object, options.gracePeriodSeconds) : 0
  const again = metadata.deletionTimestamp !== undefined
  if (!again || grace < (metadata.deletionGracePeriodSeconds ?? 0)) {
    metadata.deletionTimestamp = now(grace)
    metadata.deletionGracePeriodSeconds = grace
    if (!again && metadata.generation !== undefined) metadata.generation += 1
  }
  const finalizers = (metadata.finalizers ?? []).filter((each) => each !== 'foregroundDeletion' && each !== 'orphan')
  if (options.propagationPolicy === 'Foreground') finalizers.push('foregroundDeletion')
  else if (options.propagationPolicy === 'Orphan') finalizers.push('orphan')
  else if (options.propagationPolicy === undefined) {
    finalizers.push(...(metadata.finalizers ?? []).filter((each) => each === 'foregroundDeletion' || each === 'orphan'))
  }
  if (finalizers.length > 0) metadata.finalizers = finalizers
  else delete metadata.finalizers
  if (object.kind === 'Namespace') object.status = { ...object.status, phase: 'Terminating' }
}
