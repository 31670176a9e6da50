import type {
  V1Container,
  V1ContainerState,
  V1ContainerStatus,
  V1EphemeralContainer,
  V1Pod,
} from '@kubernetes/client-node'
import { utcText } from '#shared/utc.ts'
import type { KubeObject } from '../../kube/index.ts'
import { isSidecar } from '../../objects/pods/podReady.ts'

/** Conditions and containers of a pod, for its drawer: all kinds of containers, the pod's own first. */
export function containerFacts(object: KubeObject) {
  const { spec, status } = object as unknown as V1Pod
  const statuses = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
    ...(status?.ephemeralContainerStatuses ?? []),
  ]
  const statusOf = new Map(statuses.map((container) => [container.name, container]))
  const init = spec?.initContainers ?? []
  const groups = [
    { kind: 'container' as const, containers: spec?.containers ?? [] },
    { kind: 'sidecar' as const, containers: init.filter(isSidecar) },
    { kind: 'init' as const, containers: init.filter((container) => !isSidecar(container)) },
    { kind: 'ephemeral' as const, containers: spec?.ephemeralContainers ?? [] },
  ]
  return {
    conditions: (status?.conditions ?? []).map(({ type, status: value, reason, message }) => ({
      type,
      status: value,
      reason: reason ?? '',
      message: message ?? '',
    })),
    containers: groups.flatMap(({ kind, containers }) =>
      containers.map((container) => ({ kind, ...factsOf(container, statusOf.get(container.name)) })),
    ),
  }
}

function factsOf({ name, image, ports }: V1Container | V1EphemeralContainer, own: V1ContainerStatus | undefined) {
  return {
    name,
    image: image ?? '',
    state: stateWords(own?.state),
    ready: own?.ready ?? false,
    restarts: own?.restartCount ?? 0,
    lastState: stateWords(own?.lastState),
    ports: (ports ?? []).map(({ containerPort, protocol }) => ({
      port: containerPort,
      protocol: protocolOf(protocol),
    })),
  }
}

/** TCP where none is stated, as the API server fills it in. */
function protocolOf(protocol: string | undefined): 'TCP' | 'UDP' | 'SCTP' {
  return protocol === 'UDP' || protocol === 'SCTP' ? protocol : 'TCP'
}

function stateWords(state: V1ContainerState | undefined): string {
  if (state?.running) return `Running since ${timeText(state.running.startedAt)}`
  if (state?.waiting) return [state.waiting.reason, state.waiting.message].filter(Boolean).join(': ')
  if (state?.terminated) {
    const { reason, exitCode, finishedAt } = state.terminated
    return `${reason ?? 'Ended'}, exit code ${exitCode}, at ${timeText(finishedAt)}`
  }
  return ''
}

/** The client's types say Date; what the API server sends is text. */
const timeText = (time: unknown): string => utcText(Date.parse(String(time)))
