import type { Condition } from '../conditions.ts'
import type { AutoscalerSpec } from './kinds.ts'
import type { MetricsResult } from './metrics.ts'
import { policyLimit, remember, stabilize, type Memory } from './stabilization.ts'

export interface Decision {
  replicas: number
  /** Why, as the event says it. */
  cause: string
  conditions: Condition[]
  currentMetrics: unknown[]
  /** What has to be told in a warning. */
  problems: { reason: string; message: string }[]
}

const able = (reason: string, message: string): Condition => ({ type: 'AbleToScale', status: 'True', reason, message })
const targetFound = able('SucceededGetScale', "the HPA controller was able to get the target's current scale")

/** The size a workload should have now (kubernetes/pkg/controller/podautoscaler/horizontal.go). */
export function decide(
  spec: AutoscalerSpec,
  current: number,
  measure: () => MetricsResult,
  memory: Memory,
  now: number,
): Decision {
  const least = spec.minReplicas ?? 1
  if (current === 0 && least !== 0) return disabled()
  if (current > spec.maxReplicas) return outside(spec.maxReplicas, 'Current number of replicas above Spec.MaxReplicas')
  if (current < least) return outside(least, 'Current number of replicas below Spec.MinReplicas')
  const { proposals, failures } = measure()
  const best = proposals.toSorted((left, right) => right.replicas - left.replicas)[0]
  const [failure] = failures
  const problems = failures.map(({ reason, message }) => ({ reason, message }))
  // A metric that is not known may hide the need for more, so a part of them can scale up but not down.
  if (best === undefined || (failure !== undefined && best.replicas < current))
    return failed(current, failure, problems)
  const valid: Condition = {
    type: 'ScalingActive',
    status: 'True',
    reason: 'ValidMetricFound',
    message: `the HPA was able to successfully calculate a replica count from ${best.description}`,
  }
  remember(memory, best.replicas, now)
  const calmed = stabilize(spec, memory, current, best.replicas, now)
  const isCalmed = calmed !== best.replicas
  const limited = limit(spec, memory, current, calmed, now)
  return {
    replicas: limited.replicas,
    cause: limited.replicas > current ? `${best.description} above target` : 'All metrics below target',
    conditions: [
      isCalmed
        ? calmed > best.replicas
          ? able(
              'ScaleDownStabilized',
              'recent recommendations were higher than current one, applying the highest recent recommendation',
            )
          : able(
              'ScaleUpStabilized',
              'recent recommendations were lower than current one, applying the lowest recent recommendation',
            )
        : able('ReadyForNewScale', 'recommended size matches current size'),
      valid,
      limited.condition,
    ],
    currentMetrics: proposals.map((proposal) => proposal.current),
    problems,
  }
}

const disabled = (): Decision => ({
  replicas: 0,
  cause: '',
  conditions: [
    targetFound,
    {
      type: 'ScalingActive',
      status: 'False',
      reason: 'ScalingDisabled',
      message: 'scaling is disabled since the replica count of the target is zero',
    },
  ],
  currentMetrics: [],
  problems: [],
})

const outside = (replicas: number, cause: string): Decision => ({
  replicas,
  cause,
  conditions: [targetFound],
  currentMetrics: [],
  problems: [],
})

function failed(
  current: number,
  failure: MetricsResult['failures'][number] | undefined,
  problems: Decision['problems'],
): Decision {
  const reason = failure?.reason ?? 'FailedGetResourceMetric'
  const message = `the HPA was unable to compute the replica count: ${failure?.message ?? 'no metrics'}`
  return {
    replicas: current,
    cause: '',
    conditions: [targetFound, { type: 'ScalingActive', status: 'False', reason, message }],
    currentMetrics: [],
    problems: [...problems, { reason: 'FailedComputeMetricsReplicas', message }],
  }
}

interface Limited {
  replicas: number
  condition: Condition
}

/** The bounds of the spec and, nearer than those, what the policies allow for now. */
function limit(spec: AutoscalerSpec, memory: Memory, current: number, wanted: number, now: number): Limited {
  const isUp = wanted > current
  const allowed = policyLimit(spec, memory, current, isUp ? 'scaleUp' : 'scaleDown', now)
  const limited = (replicas: number, reason: string, message: string): Limited => ({
    replicas,
    condition: { type: 'ScalingLimited', status: reason === 'DesiredWithinRange' ? 'False' : 'True', reason, message },
  })
  const most = isUp ? Math.min(spec.maxReplicas, Math.max(allowed, current)) : spec.maxReplicas
  const least = isUp ? (spec.minReplicas ?? 1) : Math.max(spec.minReplicas ?? 1, Math.min(allowed, current))
  if (wanted > most) {
    return most < spec.maxReplicas
      ? limited(most, 'ScaleUpLimit', 'the desired replica count is increasing faster than the maximum scale rate')
      : limited(most, 'TooManyReplicas', 'the desired replica count is more than the maximum replica count')
  }
  if (wanted < least) {
    return least > (spec.minReplicas ?? 1)
      ? limited(least, 'ScaleDownLimit', 'the desired replica count is decreasing faster than the maximum scale rate')
      : limited(least, 'TooFewReplicas', 'the desired replica count is less than the minimum replica count')
  }
  return limited(wanted, 'DesiredWithinRange', 'the desired count is within the acceptable range')
}
