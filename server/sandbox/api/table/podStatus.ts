import type { V1ContainerStatus, V1Pod } from '../schema/models.ts'
import { since } from './duration.ts'

const isRestartableInit = (pod: V1Pod, name: string): boolean =>
  pod.spec?.initContainers?.find((each) => each.name === name)?.restartPolicy === 'Always'

const endOf = (status: V1ContainerStatus): string | undefined => {
  const ended = status.state?.terminated
  if (ended === undefined) return undefined
  if (ended.reason !== undefined && ended.reason !== '') return ended.reason
  return ended.signal === undefined || ended.signal === 0 ? `ExitCode:${ended.exitCode}` : `Signal:${ended.signal}`
}

/** The reason an unfinished init container gives, or undefined when all are done. */
function initReason(pod: V1Pod): string | undefined {
  const statuses = pod.status?.initContainerStatuses ?? []
  for (const [index, status] of statuses.entries()) {
    if (status.state?.terminated?.exitCode === 0) continue
    if (isRestartableInit(pod, status.name) && status.started === true) continue
    const ended = endOf(status)
    if (ended !== undefined) return `Init:${ended}`
    const waiting = status.state?.waiting?.reason
    if (waiting !== undefined && waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`
    return `Init:${index}/${pod.spec?.initContainers?.length ?? statuses.length}`
  }
  return undefined
}

function containerReason(pod: V1Pod, fallback: string): string {
  let reason = fallback
  let running = false
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    const waiting = status.state?.waiting?.reason
    if (waiting !== undefined && waiting !== '') reason = waiting
    else if (status.state?.terminated !== undefined) reason = endOf(status) ?? reason
    else if (status.ready && status.state?.running !== undefined) running = true
  }
  if (reason !== 'Completed' || !running) return reason
  const ready = pod.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True')
  return ready === true ? 'Running' : 'NotReady'
}

/** The STATUS column of pods, decided as kubectl's server-side printer does (pkg/printers/internalversion). */
export function podReason(pod: V1Pod): string {
  const phase = pod.status?.reason ?? pod.status?.phase ?? 'Unknown'
  if (pod.metadata?.deletionTimestamp !== undefined) {
    return pod.status?.reason === 'NodeLost'
      ? 'Unknown'
      : phase === 'Succeeded' || phase === 'Failed'
        ? phase
        : 'Terminating'
  }
  const initialised = pod.status?.conditions?.some((each) => each.type === 'Initialized' && each.status === 'True')
  const init = initialised === true ? undefined : initReason(pod)
  return init ?? containerReason(pod, phase)
}

export function podReady(pod: V1Pod): string {
  const statuses = pod.status?.containerStatuses ?? []
  const ready = statuses.filter((each) => each.ready && each.state?.running !== undefined).length
  return `${ready}/${pod.spec?.containers.length ?? 0}`
}

/** Restarts, with the time since the last one. */
export function podRestarts(pod: V1Pod): string {
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])]
  const count = statuses.reduce((sum, each) => sum + each.restartCount, 0)
  const ends = statuses.flatMap((each) => {
    const finished = each.lastState?.terminated?.finishedAt
    return finished === undefined ? [] : [finished]
  })
  const last = ends.sort().at(-1)
  return count === 0 || last === undefined ? String(count) : `${count} (${since(last)} ago)`
}
