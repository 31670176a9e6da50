import type { Component, KubeObject, Store } from '../store/types.ts'
import { withCondition, type Condition } from './conditions.ts'
import type { Pod } from './kinds.ts'
import { parseTime } from './loop/clock.ts'
import { controlLoop, keyOf, ownKey, splitKey, watching, type ControllerContext } from './loop/controlLoop.ts'
import { controllerOf, isBeingDeleted, selects, type LabelSelector } from './objects.ts'
import { isFinished, isReady } from './pods.ts'
import { portion } from './quantity.ts'
import { resourceOfKind } from '../store/resources.ts'

const resource = 'poddisruptionbudgets.policy'

type Budget = KubeObject<
  { minAvailable?: number | string; maxUnavailable?: number | string; selector?: LabelSelector },
  {
    observedGeneration?: number
    currentHealthy?: number
    desiredHealthy?: number
    expectedPods?: number
    disruptionsAllowed?: number
    disruptedPods?: Record<string, string>
    conditions?: Condition[]
  }
>

/** An eviction that has not turned into a deletion within two minutes is taken back (kubernetes/pkg/controller/disruption). */
const evictionPatience = 120_000

/** Keeps count of how many pods may be evicted; the eviction API goes by `disruptionsAllowed`. */
export function disruptionBudgetController(context: ControllerContext): Component {
  const { store } = context
  const budgetsOf = (pod: Pod): string[] =>
    store
      .list<Budget>(resource, { namespace: pod.metadata.namespace ?? '' })
      .filter((budget) => selects(budget.spec?.selector, pod.metadata.labels))
      .map(keyOf)
  const budgetsAround = (workload: KubeObject): string[] =>
    store.list(resource, { namespace: workload.metadata.namespace ?? '' }).map(keyOf)
  return controlLoop(
    {
      name: 'disruption-controller',
      watches: [
        watching<Budget>(resource, ownKey),
        watching<Pod>('pods', (pod, previous) => [
          ...budgetsOf(pod),
          ...(previous === undefined ? [] : budgetsOf(previous)),
        ]),
        ...['deployments.apps', 'statefulsets.apps', 'replicasets.apps'].map((each) => watching(each, budgetsAround)),
      ],
      reconcile: (key) => reconcile(context, key),
    },
    context,
  )
}

function reconcile(context: ControllerContext, key: string): number | undefined {
  const { namespace, name } = splitKey(key)
  const budget = context.store.get<Budget>(resource, namespace, name)
  if (budget === undefined) return undefined
  const now = context.clock.now()
  const pods = context.store
    .list<Pod>('pods', { namespace })
    .filter((pod) => selects(budget.spec?.selector, pod.metadata.labels) && !isFinished(pod))
  const disrupted = Object.fromEntries(
    Object.entries(budget.status?.disruptedPods ?? {}).filter(([podName, since]) => {
      const pod = pods.find((each) => each.metadata.name === podName)
      return pod !== undefined && !isBeingDeleted(pod) && now - parseTime(since) < evictionPatience
    }),
  )
  const healthy = pods.filter((pod) => isReady(pod) && !isBeingDeleted(pod) && !(pod.metadata.name in disrupted)).length
  const { expected, desired } = wanted(context.store, budget, pods)
  const allowed = expected === 0 ? 0 : Math.max(0, healthy - desired)
  const condition: Condition = {
    type: 'DisruptionAllowed',
    status: allowed > 0 ? 'True' : 'False',
    reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration: budget.metadata.generation ?? 1,
  }
  const write = (changed: Budget): void => {
    changed.status = {
      observedGeneration: budget.metadata.generation ?? 1,
      currentHealthy: healthy,
      desiredHealthy: desired,
      expectedPods: expected,
      disruptionsAllowed: allowed,
      ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
      conditions: withCondition(changed.status?.conditions, condition, now),
    }
  }
  context.store.update<Budget>(resource, namespace, name, write, { subresource: 'status' })
  return Object.keys(disrupted).length > 0 ? evictionPatience : undefined
}

/** Percentages and maxUnavailable count from the size the workloads should have; a plain minAvailable from the pods there are. */
function wanted(store: Store, budget: Budget, pods: Pod[]): { expected: number; desired: number } {
  const { minAvailable, maxUnavailable } = budget.spec ?? {}
  if (maxUnavailable !== undefined) {
    const expected = expectedPods(store, pods)
    return { expected, desired: Math.max(0, expected - portion(maxUnavailable, expected, 'up')) }
  }
  if (typeof minAvailable === 'string' && minAvailable.endsWith('%')) {
    const expected = expectedPods(store, pods)
    return { expected, desired: portion(minAvailable, expected, 'up') }
  }
  return { expected: pods.length, desired: portion(minAvailable, pods.length, 'up') }
}

function expectedPods(store: Store, pods: Pod[]): number {
  const sizes = new Map<string, number>()
  let single = 0
  for (const pod of pods) {
    const workload = workloadOf(store, pod)
    if (workload === undefined) single += 1
    else sizes.set(workload.metadata.uid, Number(workload.spec?.replicas ?? 1))
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, single)
}

/** The workload at the top of a pod's owners: a ReplicaSet's Deployment counts, not the ReplicaSet. */
function workloadOf(store: Store, pod: KubeObject): KubeObject | undefined {
  const owner = controllerOf(pod)
  const row = owner === undefined ? undefined : resourceOfKind(owner.apiVersion, owner.kind)
  if (owner === undefined || row === undefined) return undefined
  const found = store.get(row.name, pod.metadata.namespace, owner.name)
  return found === undefined ? undefined : (workloadOf(store, found) ?? found)
}
