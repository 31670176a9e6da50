import type { V1ContainerState, V1Pod } from '@kubernetes/client-node'
import type { KubeObject } from '../../kube/index.ts'

/** Conditions and containers of a pod, for its drawer. */
export function containerFacts(object: KubeObject) {
  const { spec, status } = object as unknown as V1Pod
  const statusOf = new Map((status?.containerStatuses ?? []).map((container) => [container.name, container]))
  return {
    conditions: (status?.conditions ?? []).map(({ type, status: value, reason = '', message = '' }) => ({
      type,
      status: value,
      reason,
      message,
    })),
    containers: (spec?.containers ?? []).map(({ name, image = '', ports }) => {
      const own = statusOf.get(name)
      return {
        name,
        image,
        state: stateWords(own?.state),
        ready: own?.ready ?? false,
        restarts: own?.restartCount ?? 0,
        lastState: stateWords(own?.lastState),
        ports: (ports ?? []).map(({ containerPort }) => containerPort),
      }
    }),
  }
}

function stateWords(state: V1ContainerState | undefined): string {
  if (state?.running) return `Running since ${String(state.running.startedAt)}`
  if (state?.waiting) return [state.waiting.reason, state.waiting.message].filter(Boolean).join(': ')
  if (state?.terminated) {
    const { reason, exitCode, finishedAt } = state.terminated
    return `${reason ?? 'Ended'}, exit code ${exitCode}, at ${String(finishedAt)}`
  }
  return ''
}
