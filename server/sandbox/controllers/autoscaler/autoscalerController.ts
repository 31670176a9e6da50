import type { Component, KubeObject } from '../../store/types.ts'
import { withCondition, type Condition } from '../conditions.ts'
import type { Pod } from '../kinds.ts'
import { timestamp } from '../loop/clock.ts'
import { controlLoop, ownKey, splitKey, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { equalJson, isBeingDeleted, selects, type LabelSelector } from '../objects.ts'
import { decide, type Decision } from './decision.ts'
import type { Autoscaler, AutoscalerStatus, UsageSource } from './kinds.ts'
import { MetricFailure, propose, type MetricsResult } from './metrics.ts'
import { emptyMemory, type Memory } from './stabilization.ts'

const component = 'horizontal-pod-autoscaler'
const resource = 'horizontalpodautoscalers.autoscaling'
/** kube-controller-manager --horizontal-pod-autoscaler-sync-period. Usage changes without any watch telling so. */
const syncPeriod = 15_000

const targets: Record<string, string> = {
  Deployment: 'deployments.apps',
  StatefulSet: 'statefulsets.apps',
  ReplicaSet: 'replicasets.apps',
}

type Scalable = KubeObject<{ replicas?: number; selector?: LabelSelector; [field: string]: unknown }>

/** Sizes workloads by what their pods use. */
export function autoscalerController(context: ControllerContext, usage: UsageSource, period = syncPeriod): Component {
  const memories = new Map<string, Memory>()
  return controlLoop(
    {
      name: component,
      watches: [
        watching<Autoscaler>(resource, (autoscaler, previous, gone) => {
          if (gone) memories.delete(autoscaler.metadata.uid)
          // Its own status writes must not set the pace: only a new or changed spec is looked at before the period is over.
          return equalJson(previous?.spec, autoscaler.spec) ? [] : ownKey(autoscaler)
        }),
      ],
      reconcile(key) {
        const { namespace, name } = splitKey(key)
        const autoscaler = context.store.get<Autoscaler>(resource, namespace, name)
        if (autoscaler === undefined || isBeingDeleted(autoscaler)) return undefined
        const memory = memories.get(autoscaler.metadata.uid) ?? emptyMemory()
        memories.set(autoscaler.metadata.uid, memory)
        sync(context, usage, autoscaler, memory)
        return period
      },
    },
    context,
  )
}

function sync(context: ControllerContext, usage: UsageSource, autoscaler: Autoscaler, memory: Memory): void {
  const { kind, name } = autoscaler.spec.scaleTargetRef
  const { namespace = '' } = autoscaler.metadata
  const targetResource = targets[kind]
  const target = targetResource === undefined ? undefined : context.store.get<Scalable>(targetResource, namespace, name)
  if (targetResource === undefined || target === undefined) {
    const message = `the HPA controller was unable to get the target's current scale: ${targetResource ?? kind} "${name}" not found`
    context.recordEvent(autoscaler, 'Warning', 'FailedGetScale', message, component)
    write(context, autoscaler, {}, [{ type: 'AbleToScale', status: 'False', reason: 'FailedGetScale', message }])
    return
  }
  const current = target.spec?.replicas ?? 1
  const measured = (): MetricsResult => measure(context, usage, autoscaler, target, current)
  const decision = decide(autoscaler.spec, current, measured, memory, context.clock.now())
  for (const problem of decision.problems)
    context.recordEvent(autoscaler, 'Warning', problem.reason, problem.message, component)
  if (decision.replicas === current) {
    write(context, autoscaler, statusOf(autoscaler, decision, current), decision.conditions)
    return
  }
  rescale(context, autoscaler, targetResource, target, decision)
  memory.changes.push({ at: context.clock.now(), by: decision.replicas - current })
  const message = `the HPA controller was able to update the target scale to ${decision.replicas}`
  const scaled: Condition = { type: 'AbleToScale', status: 'True', reason: 'SucceededRescale', message }
  const status = { ...statusOf(autoscaler, decision, current), lastScaleTime: timestamp(context.clock.now()) }
  write(context, autoscaler, status, [...decision.conditions.filter(({ type }) => type !== 'AbleToScale'), scaled])
}

function measure(
  context: ControllerContext,
  usage: UsageSource,
  autoscaler: Autoscaler,
  target: Scalable,
  current: number,
): MetricsResult {
  const { namespace = '' } = target.metadata
  const pods = context.store
    .list<Pod>('pods', { namespace })
    .filter((pod) => selects(target.spec?.selector, pod.metadata.labels))
    .map((pod) => ({ pod, usage: usage(namespace, pod.metadata.name) }))
  const result: MetricsResult = { proposals: [], failures: [] }
  const metrics = autoscaler.spec.metrics ?? []
  // autoscaling/v2 defaults to 80 % of the CPU request.
  const fallback = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  }
  for (const metric of metrics.length > 0 ? metrics : [fallback]) {
    try {
      result.proposals.push(propose(metric, pods, current, context.clock.now()))
    } catch (error) {
      if (!(error instanceof MetricFailure)) throw error
      result.failures.push(error)
    }
  }
  return result
}

const statusOf = (autoscaler: Autoscaler, decision: Decision, current: number): AutoscalerStatus => ({
  ...autoscaler.status,
  currentReplicas: current,
  desiredReplicas: decision.replicas,
  currentMetrics: decision.currentMetrics.length > 0 ? decision.currentMetrics : null,
})

function rescale(
  context: ControllerContext,
  autoscaler: Autoscaler,
  targetResource: string,
  target: Scalable,
  decision: Decision,
): void {
  const { namespace, name } = target.metadata
  context.store.update<Scalable>(targetResource, namespace, name, (changed) => {
    changed.spec = { ...changed.spec, replicas: decision.replicas }
  })
  const message = `New size: ${decision.replicas}; reason: ${decision.cause}`
  context.recordEvent(autoscaler, 'Normal', 'SuccessfulRescale', message, component)
}

function write(
  context: ControllerContext,
  autoscaler: Autoscaler,
  status: AutoscalerStatus,
  conditions: Condition[],
): void {
  const { namespace, name, generation } = autoscaler.metadata
  const now = context.clock.now()
  const apply = (changed: Autoscaler): void => {
    const merged = conditions.reduce<Condition[]>(
      (all, each) => withCondition(all, each, now),
      autoscaler.status?.conditions ?? [],
    )
    changed.status = { ...changed.status, ...status, observedGeneration: generation ?? 1, conditions: merged }
  }
  context.store.update<Autoscaler>(resource, namespace, name, apply, { subresource: 'status' })
}
