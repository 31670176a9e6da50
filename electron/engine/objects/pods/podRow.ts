import type { V1Container, V1ContainerStatus, V1Pod } from '@kubernetes/client-node'
import type { PodRow } from '#shared/contract/pods.ts'
import { parseQuantity, type KubeObject } from '../../kube/index.ts'
import { timeOf } from '../kind.ts'
import { podRestarts, podStatus } from './podStatus.ts'
import { isSidecar, readyCount } from './podReady.ts'

/** Kubernetes objects arrive as JSON: times are text, not the Dates that the client's classes promise. */
type Pod = Omit<V1Pod, 'metadata'> & { metadata: KubeObject['metadata'] }

/** A pod reduced to what the window shows. */
export function podRow(object: KubeObject): PodRow {
  const pod = object as unknown as Pod
  // Only while they run beside each other do containers count; init containers are through by then.
  const containers = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? []).filter(isSidecar)]
  const { status, reason } = podStatus(pod)
  const ready = readyCount(pod)
  const image = containers[0]?.image ?? ''
  const labels = pod.metadata.labels ?? {}
  const owner = (pod.metadata.ownerReferences ?? []).find((reference) => reference.controller)
  return {
    uid: pod.metadata.uid ?? '',
    name: pod.metadata.name,
    status,
    health: podHealth(status, ready === containers.length, startedOnce(pod)),
    reason,
    ready,
    containers: containers.map((container): string => container.name ?? ''),
    restarts: podRestarts(pod),
    node: pod.spec?.nodeName ?? '',
    ip: pod.status?.podIP ?? '',
    image,
    version: labels['app.kubernetes.io/version'] ?? tagOf(image),
    service: serviceOf(labels),
    owner: owner ? { kind: owner.kind ?? '', name: owner.name ?? '' } : null,
    createdAt: timeOf(pod.metadata.creationTimestamp),
    requests: resourcesOf(containers, 'requests'),
    limits: resourcesOf(containers, 'limits'),
  }
}

/** The row of a pod that cannot be read: nothing is claimed of it. */
export function unreadablePod({ metadata }: KubeObject, reason: string): PodRow {
  return {
    ...podRow({ apiVersion: 'v1', kind: 'Pod', metadata }),
    status: 'Unknown',
    health: 'unknown',
    reason: `The console cannot read this pod: ${reason}`,
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

/**
 * The health behind the word in kubectl's STATUS column.
 * @param isReady all of its containers are
 * @param hasStarted a container was up before and is not ready any more
 */
export function podHealth(status: string, isReady: boolean, hasStarted: boolean): PodRow['health'] {
  if (status === 'Terminating') return 'progress'
  if (status === 'Completed' || status === 'Succeeded') return 'off'
  if (/BackOff|Err|Error|OOMKilled|Failed|Evicted|Invalid|Signal|ExitCode/.test(status)) return 'failed'
  if (status === 'Running') return isReady ? 'healthy' : hasStarted ? 'warning' : 'progress'
  if (status === 'Pending') return 'waiting'
  if (status === 'Unknown') return 'unknown'
  return 'progress'
}

/** A container that passed its start-up is not starting any more when it is not ready. */
function startedOnce(pod: Pod): boolean {
  return (pod.status?.containerStatuses ?? []).some(
    (container: V1ContainerStatus) => container.started && !container.ready && container.restartCount > 0,
  )
}

function resourcesOf(containers: V1Container[], which: 'requests' | 'limits'): PodRow['requests'] {
  const sum = (name: 'cpu' | 'memory') => {
    const values = containers.flatMap(({ resources }) => {
      const value = resources?.[which]?.[name]
      return value ? [parseQuantity(value)] : []
    })
    return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0)
  }
  return { cpu: sum('cpu'), memory: sum('memory') }
}
