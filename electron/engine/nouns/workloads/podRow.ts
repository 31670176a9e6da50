import type { V1Pod } from '@kubernetes/client-node'
import type { PodRow } from '#shared/contract/pods.ts'
import { parseQuantity, type KubeObject } from '../../kube/index.ts'
import { podRestarts, podStatus } from './podStatus.ts'

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
    restarts: podRestarts(pod),
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
