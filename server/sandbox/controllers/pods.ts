import { conditionOf, isTrue } from './conditions.ts'
import type { Pod } from './kinds.ts'
import { parseTime } from './loop/clock.ts'
import { isBeingDeleted } from './objects.ts'

export const isReady = (pod: Pod): boolean => isTrue(pod.status?.conditions, 'Ready')

export const isFinished = (pod: Pod): boolean => pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'

/** Counts towards a replica count: neither finished nor on its way out. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && !isBeingDeleted(pod)

/**
 * Milliseconds until a ready pod has been ready for `minReadySeconds`: 0 when it is available, undefined while it is not ready.
 */
function availableIn(pod: Pod, minReadySeconds: number | undefined, now: number): number | undefined {
  if (!isReady(pod)) return undefined
  const since = parseTime(conditionOf(pod.status?.conditions, 'Ready')?.lastTransitionTime)
  return Math.max(0, minReadySeconds ? since + minReadySeconds * 1000 - now : 0)
}

export const isAvailable = (pod: Pod, minReadySeconds: number | undefined, now: number): boolean =>
  availableIn(pod, minReadySeconds, now) === 0

/** The earliest moment at which one of the ready pods becomes available, in milliseconds from now. */
export function nextAvailability(pods: Pod[], minReadySeconds: number | undefined, now: number): number | undefined {
  const waits = pods.map((pod) => availableIn(pod, minReadySeconds, now)).filter((wait) => wait !== undefined)
  const ahead = waits.filter((wait) => wait > 0)
  return ahead.length === 0 ? undefined : Math.min(...ahead)
}

const restarts = (pod: Pod): number =>
  Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount ?? 0))

const deletionCost = (pod: Pod): number =>
  Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0)

const phaseRank: Record<string, number> = { Pending: 0, Unknown: 1, Running: 2 }

const readySince = (pod: Pod): number => parseTime(conditionOf(pod.status?.conditions, 'Ready')?.lastTransitionTime)

/**
 * The order in which a scale-down takes pods (kubernetes/pkg/controller/controller_utils.go, ActivePods): unassigned, pending,
 * not ready, cheap, freshly ready, often restarted, young.
 */
export function byDispensability(left: Pod, right: Pod): number {
  return (
    Number(left.spec.nodeName !== undefined) - Number(right.spec.nodeName !== undefined) ||
    (phaseRank[left.status?.phase ?? 'Pending'] ?? 1) - (phaseRank[right.status?.phase ?? 'Pending'] ?? 1) ||
    Number(isReady(left)) - Number(isReady(right)) ||
    deletionCost(left) - deletionCost(right) ||
    (isReady(left) ? readySince(right) - readySince(left) : 0) ||
    restarts(right) - restarts(left) ||
    Date.parse(right.metadata.creationTimestamp) - Date.parse(left.metadata.creationTimestamp)
  )
}
