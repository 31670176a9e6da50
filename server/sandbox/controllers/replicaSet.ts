import type { Component } from '../store/types.ts'
import { claim, keysConcerned } from './adoption.ts'
import { conditionOf, withCondition, withoutCondition, type Condition } from './conditions.ts'
import type { Pod, ReplicaSet } from './kinds.ts'
import { controlLoop, ownKey, splitKey, watching, type ControllerContext } from './loop/controlLoop.ts'
import { isBeingDeleted } from './objects.ts'
import { byDispensability, isActive, isAvailable, isReady, nextAvailability } from './pods.ts'
import { createPod, deletePod, messageOf } from './creation.ts'
import { podFromTemplate } from './podTemplate.ts'

const component = 'replicaset-controller'
/** Pods made or removed in one turn; their own events bring the next turn (kubernetes/pkg/controller/replicaset BurstReplicas). */
const burst = 500

/** Keeps as many pods of a template alive as a ReplicaSet asks for. */
export function replicaSetController(context: ControllerContext): Component {
  return controlLoop(
    {
      name: component,
      watches: [
        watching<ReplicaSet>('replicasets.apps', ownKey),
        watching<Pod>('pods', keysConcerned(context.store, 'replicasets.apps', 'ReplicaSet')),
      ],
      reconcile: (key) => reconcile(context, key),
    },
    context,
  )
}

function reconcile(context: ControllerContext, key: string): number | undefined {
  const { namespace, name } = splitKey(key)
  const set = context.store.get<ReplicaSet>('replicasets.apps', namespace, name)
  if (set === undefined) return undefined
  const pods = claim<Pod>(context.store, 'pods', set, set.spec.selector).filter(isActive)
  const failure = isBeingDeleted(set) ? undefined : scale(context, set, pods)
  const present = isBeingDeleted(set)
    ? pods
    : claim<Pod>(context.store, 'pods', set, set.spec.selector).filter(isActive)
  writeStatus(context, set, present, failure)
  if (failure?.error !== undefined) throw failure.error
  return nextAvailability(present, set.spec.minReadySeconds, context.clock.now())
}

interface Failure {
  reason: 'FailedCreate' | 'FailedDelete'
  error: Error
}

function scale(context: ControllerContext, set: ReplicaSet, pods: Pod[]): Failure | undefined {
  const wanted = set.spec.replicas ?? 1
  try {
    for (let missing = Math.min(wanted - pods.length, burst); missing > 0; missing--) {
      createPod(
        context,
        set,
        podFromTemplate(set.spec.template, set, { generateName: `${set.metadata.name}-` }),
        component,
      )
    }
  } catch (error) {
    return { reason: 'FailedCreate', error: error instanceof Error ? error : new Error(messageOf(error)) }
  }
  const surplus = Math.min(Math.max(0, pods.length - wanted), burst)
  const dispensable = surplus === 0 ? [] : pods.toSorted(byDispensability).slice(0, surplus)
  for (const pod of dispensable) deletePod(context, set, pod, component)
  return undefined
}

function writeStatus(context: ControllerContext, set: ReplicaSet, pods: Pod[], failure: Failure | undefined): void {
  const now = context.clock.now()
  const templateLabels = Object.entries(set.spec.template.metadata?.labels ?? {})
  const isFullyLabeled = (pod: Pod): boolean =>
    templateLabels.every(([key, value]) => pod.metadata.labels?.[key] === value)
  const conditions = failureConditions(set, failure, now)
  context.store.update<ReplicaSet>(
    'replicasets.apps',
    set.metadata.namespace,
    set.metadata.name,
    (changed) => {
      changed.status = {
        replicas: pods.length,
        fullyLabeledReplicas: pods.filter(isFullyLabeled).length,
        readyReplicas: pods.filter(isReady).length,
        availableReplicas: pods.filter((pod) => isAvailable(pod, set.spec.minReadySeconds, now)).length,
        observedGeneration: set.metadata.generation ?? 1,
        ...(conditions.length > 0 ? { conditions } : {}),
      }
    },
    { subresource: 'status' },
  )
}

/**
 * The message of a failure stays that of its first time: it names a pod whose name is new each time, and a status that changed with
 * every try would itself be the reason for the next one, past any back-off.
 */
function failureConditions(set: ReplicaSet, failure: Failure | undefined, now: number): Condition[] {
  const conditions = set.status?.conditions
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure')
  const { reason, error } = failure
  if (conditionOf(conditions, 'ReplicaFailure')?.reason === reason) return conditions ?? []
  return withCondition(conditions, { type: 'ReplicaFailure', status: 'True', reason, message: error.message }, now)
}
