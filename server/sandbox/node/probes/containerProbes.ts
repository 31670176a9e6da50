import type { Container, Probe } from '../kinds.ts'
import type { ActionTarget } from './actions.ts'
import { probeLoop } from './probeLoop.ts'

export interface ProbedContainer {
  setStarted: () => void
  setReady: (isReady: boolean) => void
  /** A startup or liveness probe has failed for good. */
  failed: (which: 'Startup' | 'Liveness', probe: Probe) => void
  unhealthy: (message: string) => void
}

/** Runs the three probes of a container for one of its runs: liveness and readiness wait for startup. */
export function startProbes(
  container: Container,
  target: ActionTarget,
  probed: ProbedContainer,
  signal: AbortSignal,
): void {
  const { startupProbe } = container
  if (startupProbe === undefined) {
    startMainProbes(container, target, probed, signal)
    return
  }
  const startup = new AbortController()
  const onChange = (isSuccess: boolean): void => {
    startup.abort()
    if (isSuccess) startMainProbes(container, target, probed, signal)
    else probed.failed('Startup', startupProbe)
  }
  const onFailure = (output: string): void => probed.unhealthy(`Startup probe failed: ${output}`)
  void probeLoop(startupProbe, target, { onChange, onFailure }, AbortSignal.any([signal, startup.signal]))
}

function startMainProbes(
  { livenessProbe, readinessProbe }: Container,
  target: ActionTarget,
  probed: ProbedContainer,
  signal: AbortSignal,
): void {
  probed.setStarted()
  if (readinessProbe === undefined) probed.setReady(true)
  else {
    const onFailure = (output: string): void => probed.unhealthy(`Readiness probe failed: ${output}`)
    void probeLoop(readinessProbe, target, { onChange: probed.setReady, onFailure }, signal)
  }
  if (livenessProbe === undefined) return
  const liveness = new AbortController()
  const onChange = (isSuccess: boolean): void => {
    if (isSuccess) return
    liveness.abort()
    probed.failed('Liveness', livenessProbe)
  }
  const onFailure = (output: string): void => probed.unhealthy(`Liveness probe failed: ${output}`)
  void probeLoop(livenessProbe, target, { onChange, onFailure }, AbortSignal.any([signal, liveness.signal]))
}
