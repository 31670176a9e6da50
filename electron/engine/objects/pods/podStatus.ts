import type { V1ContainerState, V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import { isSidecar } from './podReady.ts'

/** Kubernetes objects arrive as JSON: times are text, not the Dates that the client's classes promise. */
type Pod = Pick<V1Pod, 'spec' | 'status'> & { metadata: { deletionTimestamp?: string } }

interface Word {
  /** The word in kubectl's STATUS column. */
  status: string
  /** The sentence behind it; empty where there is nothing to explain. */
  reason: string
}

/** The word in kubectl's STATUS column, by the rules of its printer (kubernetes/pkg/printers/internalversion, printPod). */
export function podStatus(pod: Pod): Word {
  const phase = phaseWord(pod)
  const init = initWord(pod)
  const isInitialised = init === undefined || hasCondition(pod, 'Initialized')
  const word = isInitialised ? containersWord(pod, init ?? phase) : init
  if (!pod.metadata.deletionTimestamp) return word
  if (pod.status?.reason === 'NodeLost') return { status: 'Unknown', reason: 'The node was lost.' }
  const hasEnded = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
  return hasEnded ? word : { status: 'Terminating', reason: '' }
}

/** Restarts as kubectl counts them: of the init containers while they run, of everything else afterwards. */
export function podRestarts(pod: Pod): number {
  const init = pod.status?.initContainerStatuses ?? []
  const isInitialised = initWord(pod) === undefined || hasCondition(pod, 'Initialized')
  const counted = isInitialised
    ? [...init.filter(({ name }) => isSidecarNamed(pod, name)), ...(pod.status?.containerStatuses ?? [])]
    : init
  return counted.reduce((sum, container) => sum + (container.restartCount ?? 0), 0)
}

function phaseWord(pod: Pod): Word {
  const scheduled = (pod.status?.conditions ?? []).find(({ type }) => type === 'PodScheduled')
  if (scheduled?.reason === 'SchedulingGated') return { status: 'SchedulingGated', reason: scheduled.message ?? '' }
  const status = pod.status?.reason ?? pod.status?.phase ?? 'Unknown'
  return { status, reason: pod.status?.message ?? notReadyReason(pod) }
}

/** The first init container that is not through; undefined when all are. */
function initWord(pod: Pod): Word | undefined {
  const total = pod.spec?.initContainers?.length ?? 0
  for (const [index, { name, state, started }] of (pod.status?.initContainerStatuses ?? []).entries()) {
    if (state?.terminated?.exitCode === 0) continue
    if (isSidecarNamed(pod, name) && started === true) continue
    if (state?.terminated) {
      return { status: `Init:${endWord(state.terminated)}`, reason: terminatedReason(state.terminated) }
    }
    const waiting = state?.waiting?.reason
    if (waiting && waiting !== 'PodInitializing') {
      return { status: `Init:${waiting}`, reason: state.waiting?.message ?? '' }
    }
    return { status: `Init:${index}/${total}`, reason: '' }
  }
  return undefined
}

/** The first container that waits or has ended gives the word, unless it is done and another still works. */
function containersWord(pod: Pod, otherwise: Word): Word {
  const statuses = pod.status?.containerStatuses ?? []
  const words = statuses.flatMap((container) => containerWord(container) ?? [])
  const word = words[0] ?? otherwise
  const isAnyRunning = statuses.some(({ ready, state }) => ready && state?.running)
  if (word.status !== 'Completed' || !isAnyRunning) return word
  return hasCondition(pod, 'Ready')
    ? { status: 'Running', reason: '' }
    : { status: 'NotReady', reason: notReadyReason(pod) }
}

function containerWord({ state, lastState }: V1ContainerStatus): Word | undefined {
  if (state?.waiting?.reason) {
    const last = lastState?.terminated ? terminatedReason(lastState.terminated) : ''
    return { status: state.waiting.reason, reason: [state.waiting.message, last].filter(Boolean).join('. ') }
  }
  if (!state?.terminated) return undefined
  const isGood = state.terminated.exitCode === 0
  return { status: endWord(state.terminated), reason: isGood ? '' : terminatedReason(state.terminated) }
}

type Ended = NonNullable<V1ContainerState['terminated']>

function endWord({ reason, signal, exitCode }: Ended): string {
  if (reason) return reason
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`
}

function terminatedReason({ reason, exitCode, message }: Ended): string {
  const what = reason === 'OOMKilled' ? 'Out of memory' : (reason ?? 'Ended')
  return `${what}, exit code ${exitCode}${message ? `: ${message}` : ''}`
}

function notReadyReason(pod: Pod): string {
  const conditions = pod.status?.conditions ?? []
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status === 'False') return scheduled.message ?? ''
  const ready = conditions.find(({ type }) => type === 'Ready')
  return ready?.status === 'False' ? (ready.message ?? '') : ''
}

function isSidecarNamed(pod: Pod, name: string): boolean {
  return (pod.spec?.initContainers ?? []).some((container) => container.name === name && isSidecar(container))
}

function hasCondition(pod: Pod, type: string): boolean {
  return (pod.status?.conditions ?? []).some((condition) => condition.type === type && condition.status === 'True')
}
