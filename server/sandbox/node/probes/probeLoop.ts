import { pause } from '../pause.ts'
import type { Probe } from '../kinds.ts'
import { type ActionOutcome, type ActionTarget, performAction } from './actions.ts'

export interface ProbeListener {
  /** The threshold was reached: the container now counts as succeeding or failing. */
  onChange: (isSuccess: boolean, output: string) => void
  /** Each single failure, for the Unhealthy event. */
  onFailure: (output: string) => void
}

/**
 * Probes until the signal, by the rules of the kubelet's prober: first after initialDelaySeconds, then every periodSeconds; a change
 * counts after successThreshold or failureThreshold equal results in a row.
 */
export async function probeLoop(
  probe: Probe,
  target: ActionTarget,
  listener: ProbeListener,
  signal: AbortSignal,
): Promise<void> {
  const period = (probe.periodSeconds ?? 10) * 1000
  let streak = 0
  let last: boolean | undefined
  await pause((probe.initialDelaySeconds ?? 0) * 1000, signal)
  while (!signal.aborted) {
    const outcome: ActionOutcome = await performAction(probe, target, (probe.timeoutSeconds ?? 1) * 1000)
    if (signal.aborted) return
    streak = outcome.isSuccess === last ? streak + 1 : 1
    last = outcome.isSuccess
    if (!outcome.isSuccess) listener.onFailure(outcome.output)
    const threshold = outcome.isSuccess ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3)
    if (streak >= threshold) listener.onChange(outcome.isSuccess, outcome.output)
    await pause(period, signal)
  }
}
