import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import type { PodRow } from '#shared/contract/workloads.ts'
import { parseQuantity, type KubeObject } from '../kube/index.ts'

/** Kubernetes objects arrive as JSON: times are text, not the Dates that the client's classes promise. */
type Pod = Omit<V1Pod, 'metadata'> & { metadata: KubeObject['metadata'] }

/** A pod reduced to what the window shows. */
export function podRow(object: KubeObject): PodRow {
  const pod = object as unknown as Pod
  const containers = pod.spec?.containers ?? []
  const statuses = pod.status?.containerStatuses ?? []
  const { status, reason } = podStatus(pod)
  const ready = statuses.filter((container) => container.ready).length
  const image = containers[0]?.image ?? ''
  const labels = pod.metadata.labels ?? {}
  const owner = pod.metadata.ownerReferences?.find((reference) => reference.controller)
  return {
    uid: pod.metadata.uid ?? '',
    name: pod.metadata.name,
    status,
    health: podHealth(pod, status, ready, containers.length),
    reason,
    ready,
    containers: containers.map((container) => container.name),
    restarts: statuses.reduce((sum, container) => sum + container.restartCount, 0),
    node: pod.spec?.nodeName ?? '',
    ip: pod.status?.podIP ?? '',
    image,
    version: labels['app.kubernetes.io/version'] ?? tagOf(image),
    service: serviceOf(labels),
    owner: owner ? { kind: owner.kind, name: owner.name } : null,
    createdAt: Date.parse(pod.metadata.creationTimestamp ?? ''),
    requests: resourcesOf(containers.map((container) => container.resources?.requests)),
    limits: resourcesOf(containers.map((container) => container.resources?.limits)),
  }
}

/** What groups pods into a service, as `podRow.service` says. */
export function serviceOf(labels: Record<string, string>): string {
  return labels.app ?? labels['app.kubernetes.io/name'] ?? ''
}

function tagOf(image: string): string {
  const [name = ''] = image.split('@')
  const colon = name.lastIndexOf(':')
  return colon > name.lastIndexOf('/') ? name.slice(colon + 1) : ''
}

/** The word in kubectl's STATUS column, by the rules of its printPod, and the sentence behind it. */
function podStatus(pod: Pod): { status: string; reason: string } {
  const init = initStatus(pod)
  const main = init ?? mainStatus(pod)
  if (pod.metadata.deletionTimestamp) {
    return { status: pod.status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating', reason: '' }
  }
  return main
}

function initStatus(pod: Pod): { status: string; reason: string } | undefined {
  const statuses = pod.status?.initContainerStatuses ?? []
  const total = pod.spec?.initContainers?.length ?? 0
  for (const [index, { state }] of statuses.entries()) {
    if (state?.terminated?.exitCode === 0) continue
    if (state?.terminated) {
      return { status: `Init:${state.terminated.reason ?? 'Error'}`, reason: terminatedReason(state.terminated) }
    }
    const waiting = state?.waiting?.reason
    if (waiting && waiting !== 'PodInitializing')
      return { status: `Init:${waiting}`, reason: state.waiting?.message ?? '' }
    return { status: `Init:${index}/${total}`, reason: '' }
  }
  return undefined
}

function mainStatus(pod: Pod): { status: string; reason: string } {
  for (const { state, lastState } of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    if (state?.waiting?.reason) {
      const last = lastState?.terminated ? terminatedReason(lastState.terminated) : ''
      return { status: state.waiting.reason, reason: [state.waiting.message, last].filter(Boolean).join('. ') }
    }
    if (state?.terminated) {
      const { reason, exitCode, signal } = state.terminated
      const word = reason ?? (signal ? `Signal:${signal}` : `ExitCode:${exitCode}`)
      return { status: word, reason: exitCode === 0 ? '' : terminatedReason(state.terminated) }
    }
  }
  const phase = pod.status?.reason ?? pod.status?.phase ?? 'Unknown'
  return { status: phase, reason: pod.status?.message ?? notReadyReason(pod) }
}

function terminatedReason({
  reason,
  exitCode,
  message,
}: NonNullable<NonNullable<V1ContainerStatus['state']>['terminated']>) {
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

function podHealth(pod: Pod, status: string, ready: number, total: number): PodRow['health'] {
  if (status === 'Terminating') return 'progress'
  if (status === 'Completed' || status === 'Succeeded') return 'off'
  if (/BackOff|Err|Error|OOMKilled|Failed|Evicted|Invalid|Signal|ExitCode/.test(status)) return 'failed'
  if (status === 'Running') return ready === total ? 'healthy' : startedOnce(pod) ? 'warning' : 'progress'
  if (status === 'Pending') return 'waiting'
  if (status === 'Unknown') return 'unknown'
  return 'progress'
}

/** A container that passed its start-up is not starting any more when it is not ready. */
function startedOnce(pod: Pod): boolean {
  return (pod.status?.containerStatuses ?? []).some(
    (container) => container.started && !container.ready && container.restartCount > 0,
  )
}

function resourcesOf(entries: (Record<string, string> | undefined)[]): PodRow['requests'] {
  const sum = (name: 'cpu' | 'memory') => {
    const values = entries.flatMap((entry) => (entry?.[name] === undefined ? [] : [parseQuantity(entry[name])]))
    return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0)
  }
  return { cpu: sum('cpu'), memory: sum('memory') }
}
