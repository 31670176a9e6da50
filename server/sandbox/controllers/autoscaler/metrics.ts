import type { Pod } from '../kinds.ts'
import { conditionOf } from '../conditions.ts'
import { parseTime } from '../loop/clock.ts'
import { isBeingDeleted } from '../objects.ts'
import { isReady } from '../pods.ts'
import { formatBytes } from '#shared/quantity.ts'
import { formatMilli, milli } from '../quantity.ts'
import { podDemand } from '../podDemand.ts'
import type { MetricSpec, PodUsage, ResourceMetric } from './kinds.ts'

/** A change of less than a tenth is noise (kube-controller-manager --horizontal-pod-autoscaler-tolerance). */
const defaultTolerance = 0.1
/** CPU of a pod that started less than this ago counts only once it is ready (--horizontal-pod-autoscaler-cpu-initialization-period). */
const startUp = 300_000

export interface MeasuredPod {
  pod: Pod
  usage: PodUsage | undefined
}

export interface Proposal {
  replicas: number
  /** As `status.currentMetrics` holds it. */
  current: unknown
  /** As events and conditions name it: "cpu resource utilization (percentage of request)". */
  description: string
}

/** A metric that cannot be computed: which condition reason it gives, and why. */
export class MetricFailure extends Error {
  override readonly name = 'MetricFailure'
  readonly reason: string

  constructor(reason: string, message: string) {
    super(message)
    this.reason = reason
  }
}

/** What all metrics of an autoscaler say, and which of them could not be computed. */
export interface MetricsResult {
  proposals: Proposal[]
  failures: MetricFailure[]
}

interface Sample {
  /** Thousandths of a core or byte. */
  value: number
  request: number
}

interface Groups {
  measured: Sample[]
  /** Pods whose usage is unknown, and pods that are not ready: they count towards the careful side. */
  missing: Sample[]
  unready: Sample[]
}

/** The replicas that would bring one metric to its target (kubernetes/pkg/controller/podautoscaler/replica_calculator.go). */
export function propose(metric: MetricSpec, pods: MeasuredPod[], currentReplicas: number, now: number): Proposal {
  const resource = metric.resource
  if (metric.type !== 'Resource' || resource === undefined) {
    throw new MetricFailure(
      'InvalidMetricSourceType',
      `the sandbox measures only metrics of type Resource, not ${metric.type}`,
    )
  }
  const groups = group(resource, pods, now)
  const { averageUtilization, averageValue } = resource.target
  if (groups.measured.length === 0) {
    const why = `unable to get metrics for resource ${resource.name}: no metrics returned from resource metrics API`
    throw new MetricFailure('FailedGetResourceMetric', why)
  }
  const isUtilization = averageUtilization !== undefined
  if (isUtilization) requireRequests(resource.name, pods)
  // For a plain value the target is what each pod should use; for a utilization it is that share of its request.
  const wanted = (sample: Sample): number =>
    isUtilization ? (sample.request * averageUtilization) / 100 : milli(averageValue)
  return {
    replicas: replicasFor(groups, wanted, currentReplicas, isUtilization ? 'utilization' : 'value'),
    current: {
      type: 'Resource',
      resource: { name: resource.name, current: currentUse(resource.name, groups.measured, isUtilization) },
    },
    description: isUtilization
      ? `${resource.name} resource utilization (percentage of request)`
      : `${resource.name} resource`,
  }
}

function group(resource: ResourceMetric, pods: MeasuredPod[], now: number): Groups {
  const groups: Groups = { measured: [], missing: [], unready: [] }
  for (const { pod, usage } of pods) {
    if (isBeingDeleted(pod) || pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') continue
    const value = usage === undefined ? 0 : resource.name === 'cpu' ? usage.cpuMilli : usage.memoryBytes * 1000
    const sample = { value, request: podDemand(pod.spec, resource.name) }
    if (pod.status?.phase === 'Pending' || pod.status?.phase === undefined) groups.unready.push(sample)
    else if (usage === undefined) groups.missing.push(sample)
    else if (resource.name === 'cpu' && isStartingUp(pod, now)) groups.unready.push(sample)
    else groups.measured.push(sample)
  }
  return groups
}

function isStartingUp(pod: Pod, now: number): boolean {
  if (isReady(pod)) return false
  const since = conditionOf(pod.status?.conditions, 'Ready')?.lastTransitionTime
  const started = parseTime(pod.status?.startTime ?? pod.metadata.creationTimestamp)
  return since === undefined || now - started < startUp
}

function requireRequests(resource: string, pods: MeasuredPod[]): void {
  for (const { pod } of pods) {
    const container = pod.spec.containers.find(
      (each) => (each.resources?.requests?.[resource] ?? each.resources?.limits?.[resource]) === undefined,
    )
    if (container === undefined) continue
    const what = `missing request for ${resource} in container ${container.name} of Pod ${pod.metadata.name}`
    throw new MetricFailure('FailedGetResourceMetric', `failed to get ${resource} utilization: ${what}`)
  }
}

const sumOf = (samples: Sample[], of: (sample: Sample) => number): number =>
  samples.reduce((sum, sample) => sum + of(sample), 0)

type Wanted = (sample: Sample) => number

function replicasFor(groups: Groups, wanted: Wanted, current: number, kind: 'utilization' | 'value'): number {
  const ratioOf = (samples: Sample[], value: (sample: Sample) => number): number => {
    const target = sumOf(samples, wanted)
    return target === 0 ? 1 : sumOf(samples, value) / target
  }
  const { measured, missing, unready } = groups
  const ratio = ratioOf(measured, (sample) => sample.value)
  const isCalm = (each: number): boolean => Math.abs(1 - each) <= defaultTolerance
  if (missing.length + (ratio > 1 ? unready.length : 0) === 0) {
    return isCalm(ratio) ? current : Math.ceil(ratio * measured.length)
  }
  // Going down, what is not known is taken to use all it may; going up, nothing.
  const assumed = (sample: Sample): number =>
    ratio > 1 ? 0 : kind === 'value' ? wanted(sample) : Math.max(sample.request, wanted(sample))
  const known = new Set(measured)
  const all = [...measured, ...missing, ...(ratio > 1 ? unready : [])]
  const careful = ratioOf(all, (sample) => (known.has(sample) ? sample.value : assumed(sample)))
  if (isCalm(careful) || ratio < 1 !== careful < 1) return current
  const replicas = Math.ceil(careful * all.length)
  return careful < 1 ? Math.min(replicas, current) : Math.max(replicas, current)
}

function currentUse(resource: string, measured: Sample[], isUtilization: boolean): unknown {
  const average = Math.round(sumOf(measured, (sample) => sample.value) / measured.length)
  const averageValue = resource === 'cpu' ? formatMilli(average) : formatBytes(Math.ceil(average / 1000))
  if (!isUtilization) return { averageValue }
  const requested = sumOf(measured, (sample) => sample.request)
  const averageUtilization = Math.floor((sumOf(measured, (sample) => sample.value) * 100) / requested)
  return { averageUtilization, averageValue }
}
