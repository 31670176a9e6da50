import { readQuantity } from '#shared/quantity.ts'
import type { Container, Pod } from './kinds.ts'

/** What keeps a container from being created; shown as CreateContainerConfigError with this message. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError'
}

const podFields: Record<string, (pod: Pod) => string | undefined> = {
  'metadata.name': (pod) => pod.metadata.name,
  'metadata.namespace': (pod) => pod.metadata.namespace,
  'metadata.uid': (pod) => pod.metadata.uid,
  'spec.nodeName': (pod) => pod.spec.nodeName,
  'spec.serviceAccountName': (pod) => pod.spec.serviceAccountName ?? 'default',
  'status.hostIP': (pod) => pod.status?.hostIP,
  'status.hostIPs': (pod) => pod.status?.hostIP,
  'status.podIP': (pod) => pod.status?.podIP,
  'status.podIPs': (pod) => pod.status?.podIP,
}

/** The value of a downward-API `fieldPath`; labels and annotations as a whole come as `key="value"` lines. */
export function podField(pod: Pod, fieldPath: string): string {
  const field = podFields[fieldPath]
  if (field !== undefined) return field(pod) ?? ''
  const match = /^metadata\.(labels|annotations)(?:\['([^']+)'\])?$/.exec(fieldPath)
  if (match === null) throw new ConfigurationError(`unsupported fieldPath: ${fieldPath}`)
  const entries = (match[1] === 'labels' ? pod.metadata.labels : pod.metadata.annotations) ?? {}
  if (match[2] !== undefined) return entries[match[2]] ?? ''
  return Object.entries(entries)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
}

/**
 * The value of a `resourceFieldRef`, rounded up to whole divisors as the kubelet does. A limit that is not set is what the
 * node has to give.
 * @param capacity cores and bytes of the node
 */
export function resourceField(
  pod: Pod,
  container: Container | undefined,
  reference: { containerName?: string; resource: string; divisor?: string },
  capacity: Record<string, number>,
): string {
  const target =
    reference.containerName === undefined
      ? container
      : [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].find((one) => one.name === reference.containerName)
  const [kind, resource] = reference.resource.split('.')
  if (target === undefined || resource === undefined || (kind !== 'limits' && kind !== 'requests')) {
    throw new ConfigurationError(`unsupported container resource: ${reference.resource}`)
  }
  const fallback = kind === 'limits' ? (capacity[resource] ?? 0) : 0
  const amount = readQuantity(target.resources?.[kind]?.[resource]) ?? fallback
  const divisor = readQuantity(reference.divisor)
  return String(Math.ceil(amount / (divisor === undefined || divisor === 0 ? 1 : divisor)))
}
