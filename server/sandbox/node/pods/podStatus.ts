import type { ContainerStatus, Pod, PodCondition, PodStatus } from '../kinds.ts'

export interface PodFacts {
  podAddress: string | undefined
  startTime: string
  init: ContainerStatus[]
  /** Names of init containers that keep running beside the others. */
  sidecars: ReadonlySet<string>
  main: ContainerStatus[]
  isInitialized: boolean
  /** Set when the node ended the pod: DeadlineExceeded. */
  failure?: { reason: string; message: string } | undefined
}

/** The status of a pod from what is known of its containers, by the kubelet's rules (kubelet_pods.go, getPhase). */
export function podStatus(pod: Pod, facts: PodFacts, now: string): PodStatus {
  const phase = facts.failure === undefined ? podPhase(pod, facts) : 'Failed'
  const { podAddress, failure } = facts
  return {
    ...pod.status,
    phase,
    conditions: conditions(pod, facts, phase, now),
    ...(failure ?? {}),
    hostIP: '127.0.0.1',
    hostIPs: [{ ip: '127.0.0.1' }],
    ...(podAddress === undefined ? {} : { podIP: podAddress, podIPs: [{ ip: podAddress }] }),
    startTime: facts.startTime,
    ...(facts.init.length === 0 ? {} : { initContainerStatuses: facts.init }),
    containerStatuses: facts.main,
  }
}

function podPhase(pod: Pod, facts: PodFacts): NonNullable<PodStatus['phase']> {
  const policy = pod.spec.restartPolicy ?? 'Always'
  const failedInit = facts.init.some((status) => !facts.sidecars.has(status.name) && failedForGood(status, policy))
  if (failedInit) return 'Failed'
  if (!facts.isInitialized) return 'Pending'
  const running = facts.main.filter((status) => status.state.running !== undefined)
  // One that has ended before and waits for its next start counts as stopped.
  const ended = facts.main.flatMap((status) => {
    const terminated = status.state.terminated ?? (status.state.waiting && status.lastState.terminated)
    return terminated === undefined ? [] : [terminated]
  })
  if (running.length + ended.length < facts.main.length) return 'Pending'
  if (running.length > 0 || policy === 'Always') return 'Running'
  if (ended.every((terminated) => terminated.exitCode === 0)) return 'Succeeded'
  return policy === 'Never' ? 'Failed' : 'Running'
}

function failedForGood(status: ContainerStatus, policy: string): boolean {
  return policy === 'Never' && status.state.terminated !== undefined && status.state.terminated.exitCode !== 0
}

type Draft = Pick<PodCondition, 'type' | 'status'> & { reason?: string; message?: string }

function conditions(pod: Pod, facts: PodFacts, phase: string, now: string): PodCondition[] {
  const sidecars = facts.init.filter((status) => facts.sidecars.has(status.name))
  const containers = readiness('ContainersReady', [...sidecars, ...facts.main], phase)
  const own: Draft[] = [
    condition(
      'PodReadyToStartContainers',
      facts.podAddress !== undefined && phase !== 'Succeeded' && phase !== 'Failed',
    ),
    initialized(facts, phase),
    podReadiness(pod, containers),
    containers,
    condition('PodScheduled', true),
  ]
  const before = pod.status?.conditions ?? []
  const names = new Set(own.map(({ type }) => type))
  // Conditions of others (readiness gates, DisruptionTarget) are theirs.
  return [...before.filter(({ type }) => !names.has(type)), ...own.map((draft) => dated(draft, before, now))]
}

function condition(type: string, isTrue: boolean): Draft {
  return { type, status: isTrue ? 'True' : 'False' }
}

function initialized(facts: PodFacts, phase: string): Draft {
  if (phase === 'Succeeded') return { ...condition('Initialized', true), reason: 'PodCompleted' }
  if (facts.isInitialized) return condition('Initialized', true)
  const names = facts.init.filter((status) => !status.ready).map((status) => status.name)
  const message = `containers with incomplete status: [${names.join(' ')}]`
  return { ...condition('Initialized', false), reason: 'ContainersNotInitialized', message }
}

function readiness(type: string, statuses: ContainerStatus[], phase: string): Draft {
  if (phase === 'Succeeded') return { ...condition(type, false), reason: 'PodCompleted' }
  if (phase === 'Failed') return { ...condition(type, false), reason: 'PodFailed' }
  const unready = statuses.filter((status) => !status.ready).map((status) => status.name)
  if (unready.length === 0) return condition(type, true)
  const message = `containers with unready status: [${unready.join(' ')}]`
  return { ...condition(type, false), reason: 'ContainersNotReady', message }
}

function podReadiness(pod: Pod, containers: Draft): Draft {
  if (containers.status === 'False') return { ...containers, type: 'Ready' }
  const isOpen = ({ conditionType }: { conditionType: string }): boolean =>
    pod.status?.conditions?.find(({ type }) => type === conditionType)?.status === 'True'
  const closed = (pod.spec.readinessGates ?? []).filter((gate) => !isOpen(gate)).map((gate) => gate.conditionType)
  if (closed.length === 0) return condition('Ready', true)
  const message = `corresponding condition of pod readiness gate "${closed.join(', ')}" is not True`
  return { ...condition('Ready', false), reason: 'ReadinessGatesNotReady', message }
}

/** Keeps the time of the last change while the answer stays the same. */
function dated(draft: Draft, before: PodCondition[], now: string): PodCondition {
  const previous = before.find(({ type }) => type === draft.type)
  const lastTransitionTime = previous?.status === draft.status ? previous.lastTransitionTime : now
  return { ...draft, lastProbeTime: null, lastTransitionTime }
}
