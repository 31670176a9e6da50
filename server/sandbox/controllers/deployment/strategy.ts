import type { Deployment, ReplicaSet } from '../kinds.ts'
import { byAge } from '../objects.ts'
import { portion } from '../quantity.ts'
import { desiredAnnotation, maximumAnnotation } from './annotations.ts'

/** A ReplicaSet and the number of replicas it should have. */
export interface Scaling {
  set: ReplicaSet
  to: number
}

export const replicasOf = (object: Deployment | ReplicaSet): number => object.spec.replicas ?? 1

export const total = (sets: ReplicaSet[]): number => sets.reduce((sum, set) => sum + replicasOf(set), 0)

export const isRolling = (deployment: Deployment): boolean => deployment.spec.strategy?.type !== 'Recreate'

/** How far a rolling update may go over and under the wanted count; at least one of the two is not 0. */
export function bounds(deployment: Deployment): { surge: number; unavailable: number } {
  if (!isRolling(deployment)) return { surge: 0, unavailable: 0 }
  const replicas = replicasOf(deployment)
  const { maxSurge = '25%', maxUnavailable = '25%' } = deployment.spec.strategy?.rollingUpdate ?? {}
  const surge = portion(maxSurge, replicas, 'up')
  const unavailable = portion(maxUnavailable, replicas, 'down')
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas) }
}

/** Replicas the newest ReplicaSet may have now, given what the others still hold. */
export function newSetReplicas(deployment: Deployment, all: ReplicaSet[], current: number): number {
  const wanted = replicasOf(deployment)
  if (!isRolling(deployment)) return wanted
  const room = wanted + bounds(deployment).surge - total(all)
  return room <= 0 ? current : current + Math.min(room, wanted - current)
}

/** The next step of the newest ReplicaSet in a rolling update, or none. */
export function scaleUpStep(deployment: Deployment, newest: ReplicaSet, all: ReplicaSet[]): Scaling | undefined {
  const wanted = replicasOf(deployment)
  const current = replicasOf(newest)
  if (current === wanted) return undefined
  const to = current > wanted ? wanted : newSetReplicas(deployment, all, current)
  return to === current ? undefined : { set: newest, to }
}

const availableOf = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0

/**
 * The next steps of the old ReplicaSets in a rolling update: first what is unavailable anyway, then as many as can go without
 * falling under the wanted minimum (kubernetes/pkg/controller/deployment/rolling.go).
 */
export function scaleDownSteps(deployment: Deployment, newest: ReplicaSet, old: ReplicaSet[]): Scaling[] {
  const all = [...old, newest]
  const minimum = replicasOf(deployment) - bounds(deployment).unavailable
  const newUnavailable = replicasOf(newest) - availableOf(newest)
  const spare = total(all) - minimum - newUnavailable
  if (total(old) === 0 || spare <= 0) return []
  const sizes = new Map(old.map((set) => [set, replicasOf(set)]))
  const take = (set: ReplicaSet, count: number): number => {
    const size = sizes.get(set) ?? 0
    const taken = Math.max(0, Math.min(size, count))
    sizes.set(set, size - taken)
    return taken
  }
  let unhealthyLeft = spare
  for (const set of old.toSorted(byAge)) {
    unhealthyLeft -= take(set, Math.min(unhealthyLeft, replicasOf(set) - availableOf(set)))
  }
  let availableLeft = all.reduce((sum, set) => sum + availableOf(set), 0) - minimum
  for (const set of old.toSorted(byAge)) availableLeft -= take(set, availableLeft)
  return [...sizes].filter(([set, to]) => to !== replicasOf(set)).map(([set, to]) => ({ set, to }))
}

/** Whether the newest ReplicaSet is all there is to it: full size and all available. */
const isSaturated = (deployment: Deployment, newest: ReplicaSet | undefined): boolean =>
  newest !== undefined &&
  replicasOf(newest) === replicasOf(deployment) &&
  newest.metadata.annotations?.[desiredAnnotation] === String(replicasOf(deployment)) &&
  availableOf(newest) === replicasOf(deployment)

/**
 * The steps when the wanted count itself changed, or while paused: one ReplicaSet takes it all; in the middle of a rollout all
 * of them grow or shrink in proportion, so that the balance of the rollout is kept.
 */
export function scalingSteps(deployment: Deployment, newest: ReplicaSet | undefined, old: ReplicaSet[]): Scaling[] {
  const all = newest === undefined ? old : [...old, newest]
  const active = all.filter((set) => replicasOf(set) > 0)
  const only =
    active.length === 0 ? (newest ?? old.toSorted(byAge).at(-1)) : active.length === 1 ? active[0] : undefined
  if (only !== undefined) return [{ set: only, to: replicasOf(deployment) }]
  if (isSaturated(deployment, newest)) {
    return old.filter((set) => replicasOf(set) > 0).map((set) => ({ set, to: 0 }))
  }
  return isRolling(deployment) ? proportionalSteps(deployment, active) : []
}

function proportionalSteps(deployment: Deployment, active: ReplicaSet[]): Scaling[] {
  const wanted = replicasOf(deployment)
  const allowed = wanted > 0 ? wanted + bounds(deployment).surge : 0
  const toAdd = allowed - total(active)
  const bySize = active.toSorted((left, right) =>
    replicasOf(left) === replicasOf(right)
      ? toAdd > 0
        ? byAge(right, left)
        : byAge(left, right)
      : replicasOf(right) - replicasOf(left),
  )
  let added = 0
  const steps = bySize.map((set) => {
    const share = toAdd === 0 ? 0 : proportion(deployment, set, allowed, toAdd, added)
    added += share
    return { set, to: replicasOf(set) + share }
  })
  const [largest] = steps
  if (largest !== undefined) largest.to = Math.max(0, largest.to + toAdd - added)
  return steps
}

/** A ReplicaSet's share of a change, from the size all had when they were last annotated. */
function proportion(deployment: Deployment, set: ReplicaSet, allowed: number, toAdd: number, added: number): number {
  const annotated = Number(set.metadata.annotations?.[maximumAnnotation] ?? 0) || replicasOf(deployment)
  const size = Math.round((replicasOf(set) * allowed) / annotated)
  const fraction = size - replicasOf(set)
  const left = toAdd - added
  return toAdd > 0 ? Math.max(0, Math.min(fraction, left)) : Math.min(0, Math.max(fraction, left))
}
