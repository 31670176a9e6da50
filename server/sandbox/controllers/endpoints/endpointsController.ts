import type { Component, KubeObject } from '../../store/types.ts'
import type { Pod, Service } from '../kinds.ts'
import { controlLoop, keyOf, ownKey, splitKey, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { compareText, equalJson, isBeingDeleted, ownerReference, selects } from '../objects.ts'
import { portGroups, type Address, type PortGroup } from './addresses.ts'

const slices = 'endpointslices.discovery.k8s.io'
const serviceLabel = 'kubernetes.io/service-name'
const managedByLabel = 'endpointslice.kubernetes.io/managed-by'
const manager = 'endpointslice-controller.k8s.io'

type EndpointSlice = KubeObject & { addressType: string; ports: unknown[]; endpoints: unknown[] }
type Endpoints = KubeObject & { subsets?: unknown[] }

/** Tells where a Service's ready pods are: EndpointSlices, and Endpoints for older clients. */
export function endpointsController(context: ControllerContext): Component {
  const { store } = context
  const servicesOf = (pod: Pod): string[] =>
    store
      .list<Service>('services', { namespace: pod.metadata.namespace ?? '' })
      .filter(
        (service) => isSelecting(service) && selects({ matchLabels: service.spec.selector ?? {} }, pod.metadata.labels),
      )
      .map(keyOf)
  const serviceOfSlice = (slice: KubeObject): string[] => {
    const name = slice.metadata.labels?.[serviceLabel]
    return name === undefined ? [] : [`${slice.metadata.namespace ?? ''}/${name}`]
  }
  return controlLoop(
    {
      name: 'endpoints-controller',
      watches: [
        watching<Service>('services', ownKey),
        watching<Pod>('pods', (pod, previous) => [
          ...servicesOf(pod),
          ...(previous === undefined ? [] : servicesOf(previous)),
        ]),
        watching(slices, serviceOfSlice),
        watching('endpoints', ownKey),
      ],
      reconcile: (key) => reconcile(context, key),
    },
    context,
  )
}

const isSelecting = (service: Service): boolean =>
  service.spec.type !== 'ExternalName' && Object.keys(service.spec.selector ?? {}).length > 0

function reconcile(context: ControllerContext, key: string): undefined {
  const { namespace, name } = splitKey(key)
  const service = context.store.get<Service>('services', namespace, name)
  if (service === undefined) {
    removeLeftOvers(context, namespace, name)
    return
  }
  // Without a selector the addresses are somebody else's business.
  if (!isSelecting(service) || isBeingDeleted(service)) return
  const pods = context.store
    .list<Pod>('pods', { namespace })
    .filter((pod) => selects({ matchLabels: service.spec.selector ?? {} }, pod.metadata.labels))
    .sort((left, right) => compareText(left.metadata.name, right.metadata.name))
  const groups = portGroups(service, pods)
  writeSlices(context, service, groups)
  writeEndpoints(context, service, groups)
}

const slicesOf = (context: ControllerContext, namespace: string, service: string): EndpointSlice[] =>
  context.store
    .list<EndpointSlice>(slices, { namespace, labels: { [serviceLabel]: service, [managedByLabel]: manager } })
    .sort((left, right) => compareText(left.metadata.name, right.metadata.name))

function removeLeftOvers(context: ControllerContext, namespace: string, service: string): undefined {
  for (const slice of slicesOf(context, namespace, service))
    context.store.delete(slices, namespace, slice.metadata.name)
  const endpoints = context.store.get('endpoints', namespace, service)
  if (endpoints?.metadata.labels?.[endpointsLabel] === endpointsManager)
    context.store.delete('endpoints', namespace, service)
}

const targetOf = (pod: Pod): Record<string, string> => ({
  kind: 'Pod',
  namespace: pod.metadata.namespace ?? '',
  name: pod.metadata.name,
  uid: pod.metadata.uid,
})

const hostnameOf = (service: Service, pod: Pod): { hostname?: string } =>
  pod.spec.hostname !== undefined && pod.spec.subdomain === service.metadata.name ? { hostname: pod.spec.hostname } : {}

const sliceEndpoint = (service: Service, { pod, ip, ready, serving, terminating }: Address) => ({
  addresses: [ip],
  conditions: { ready, serving, terminating },
  ...hostnameOf(service, pod),
  nodeName: pod.spec.nodeName,
  targetRef: targetOf(pod),
})

function writeSlices(context: ControllerContext, service: Service, groups: PortGroup[]): void {
  const { namespace = '', name } = service.metadata
  const existing = slicesOf(context, namespace, name)
  // A Service without pods keeps one empty slice, so that clients see "no endpoints" and not "unknown service".
  const wanted = groups.length > 0 ? groups : [{ ports: [], addresses: [] }]
  wanted.forEach(({ ports, addresses }, index) => {
    const endpoints = addresses.map((address) => sliceEndpoint(service, address))
    const labels = {
      ...service.metadata.labels,
      [serviceLabel]: name,
      [managedByLabel]: manager,
      ...headlessLabel(service),
    }
    const slice = existing[index]
    if (slice === undefined) {
      context.store.create<EndpointSlice>(slices, {
        apiVersion: 'discovery.k8s.io/v1',
        kind: 'EndpointSlice',
        metadata: { generateName: `${name}-`, namespace, labels, ownerReferences: [ownerReference(service)] },
        addressType: 'IPv4',
        ports,
        endpoints,
      })
      return
    }
    if (equalJson([slice.ports, slice.endpoints, slice.metadata.labels], [ports, endpoints, labels])) return
    context.store.update<EndpointSlice>(slices, namespace, slice.metadata.name, (changed) => {
      changed.metadata.labels = labels
      Object.assign(changed, { ports, endpoints })
    })
  })
  for (const surplus of existing.slice(wanted.length)) context.store.delete(slices, namespace, surplus.metadata.name)
}

const headlessLabel = (service: Service): Record<string, string> =>
  service.spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {}

const endpointsLabel = 'endpoints.kubernetes.io/managed-by'
const endpointsManager = 'endpoint-controller'

function writeEndpoints(context: ControllerContext, service: Service, groups: PortGroup[]): void {
  const { namespace = '', name } = service.metadata
  const subset = ({ ports, addresses }: PortGroup) => {
    const entry = ({ pod, ip }: Address) => ({
      ip,
      ...hostnameOf(service, pod),
      nodeName: pod.spec.nodeName,
      targetRef: targetOf(pod),
    })
    // Endpoints know no terminating addresses: they are simply gone.
    const shown = addresses.filter(({ terminating, ready }) => ready || !terminating)
    const ready = shown.filter((address) => address.ready).map(entry)
    const notReady = shown.filter((address) => !address.ready).map(entry)
    return {
      ...(ready.length > 0 ? { addresses: ready } : {}),
      ...(notReady.length > 0 ? { notReadyAddresses: notReady } : {}),
      ports: ports.map(({ name: portName, ...port }) => (portName ? { name: portName, ...port } : port)),
    }
  }
  const subsets = groups
    .map(subset)
    .filter((each) => each.addresses !== undefined || each.notReadyAddresses !== undefined)
  const labels = { ...service.metadata.labels, [endpointsLabel]: endpointsManager, ...headlessLabel(service) }
  const existing = context.store.get<Endpoints>('endpoints', namespace, name)
  if (existing === undefined) {
    context.store.create<Endpoints>('endpoints', {
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name, namespace, labels },
      subsets,
    })
  } else if (!equalJson([existing.subsets ?? [], existing.metadata.labels], [subsets, labels])) {
    context.store.update<Endpoints>('endpoints', namespace, name, (changed) => {
      changed.metadata.labels = labels
      changed.subsets = subsets
    })
  }
}
