import type { Store } from '../store/types.ts'
import { expand } from './expansion.ts'
import { ConfigurationError, podField, resourceField } from './fieldReferences.ts'
import type { ConfigMap, Container, EnvironmentSource, KeySelector, Pod, Secret, Service } from './kinds.ts'

export interface EnvironmentInput {
  store: Store
  pod: Pod
  container: Container
  /** Cores and bytes of the node, for resourceFieldRef. */
  capacity: Record<string, number>
}

/**
 * The variables of a container in the kubelet's order: service links, envFrom, env; `$(NAME)` in a value sees what came before.
 * @throws ConfigurationError with the kubelet's wording when a ConfigMap, Secret or key that is not optional is missing
 */
export function containerEnvironment(input: EnvironmentInput): Map<string, string> {
  const { container, pod, store } = input
  const variables = new Map<string, string>()
  const links = pod.spec.enableServiceLinks === false ? new Map<string, string>() : serviceLinks(store, pod)
  for (const source of container.envFrom ?? []) {
    const entries =
      source.configMapRef === undefined
        ? secretData(store, pod, source.secretRef)
        : configMapData(store, pod, source.configMapRef)
    for (const [key, value] of Object.entries(entries ?? {})) variables.set(`${source.prefix ?? ''}${key}`, value)
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const visible = new Map([...links, ...variables])
    const resolved = valueFrom === undefined ? expand(value ?? '', visible) : sourceValue(input, valueFrom)
    if (resolved !== undefined) variables.set(name, resolved)
  }
  return new Map([...links, ...variables])
}

function sourceValue(input: EnvironmentInput, source: EnvironmentSource): string | undefined {
  const { pod, store } = input
  if (source.fieldRef !== undefined) return podField(pod, source.fieldRef.fieldPath)
  if (source.resourceFieldRef !== undefined) {
    return resourceField(pod, input.container, source.resourceFieldRef, input.capacity)
  }
  if (source.configMapKeyRef !== undefined) {
    return keyOf(pod, 'ConfigMap', source.configMapKeyRef, configMapData(store, pod, source.configMapKeyRef))
  }
  if (source.secretKeyRef !== undefined) {
    return keyOf(pod, 'Secret', source.secretKeyRef, secretData(store, pod, source.secretKeyRef))
  }
  return undefined
}

function keyOf(
  pod: Pod,
  kind: string,
  selector: KeySelector,
  entries: Record<string, string> | undefined,
): string | undefined {
  const value = entries?.[selector.key]
  if (value !== undefined || selector.optional === true) return value
  const place = `${kind} ${pod.metadata.namespace ?? ''}/${selector.name ?? ''}`
  throw new ConfigurationError(`couldn't find key ${selector.key} in ${place}`)
}

interface ObjectSelector {
  name?: string
  optional?: boolean
}

function configMapData(store: Store, pod: Pod, selector: ObjectSelector): Record<string, string> | undefined {
  const found = store.get<ConfigMap>('configmaps', pod.metadata.namespace, selector.name ?? '')
  if (found === undefined && selector.optional !== true) {
    throw new ConfigurationError(`configmap "${selector.name ?? ''}" not found`)
  }
  return found?.data ?? (found && {})
}

function secretData(store: Store, pod: Pod, selector: ObjectSelector | undefined): Record<string, string> | undefined {
  if (selector === undefined) return undefined
  const found = store.get<Secret>('secrets', pod.metadata.namespace, selector.name ?? '')
  if (found === undefined) {
    if (selector.optional === true) return undefined
    throw new ConfigurationError(`secret "${selector.name ?? ''}" not found`)
  }
  const decode = ([key, value]: [string, string]) => [key, Buffer.from(value, 'base64').toString('utf8')] as const
  return Object.fromEntries(Object.entries(found.data ?? {}).map(decode))
}

/** `NAME_SERVICE_HOST`, `NAME_SERVICE_PORT` and Docker's link variables for the services of the pod's namespace. */
function serviceLinks(store: Store, pod: Pod): Map<string, string> {
  const links = new Map<string, string>()
  for (const service of store.list<Service>('services', { namespace: pod.metadata.namespace ?? '' })) {
    const { clusterIP, ports } = service.spec
    const first = ports?.[0]
    if (clusterIP === undefined || clusterIP === '' || clusterIP === 'None' || first === undefined) continue
    const prefix = service.metadata.name.toUpperCase().replaceAll('-', '_')
    links.set(`${prefix}_SERVICE_HOST`, clusterIP)
    links.set(`${prefix}_SERVICE_PORT`, String(first.port))
    links.set(`${prefix}_PORT`, `tcp://${clusterIP}:${first.port}`)
    for (const port of ports ?? []) {
      if (port.name !== undefined) {
        links.set(`${prefix}_SERVICE_PORT_${port.name.toUpperCase().replaceAll('-', '_')}`, String(port.port))
      }
      const link = `${prefix}_PORT_${port.port}_${port.protocol ?? 'TCP'}`
      links.set(link, `tcp://${clusterIP}:${port.port}`)
      links.set(`${link}_PORT`, String(port.port))
      links.set(`${link}_PROTO`, (port.protocol ?? 'TCP').toLowerCase())
      links.set(`${link}_ADDR`, clusterIP)
    }
  }
  return links
}
