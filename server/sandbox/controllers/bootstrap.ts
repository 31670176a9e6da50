import type { NewObject, ResourceName, Store } from '../store/types.ts'
import { sandboxStorageClass } from './volumes/storageClass.ts'

/** Where the API server listens, as pods reach it. */
export interface ApiAddress {
  address: string
  port: number
}

const builtInNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease']
const priorityClasses = { 'system-cluster-critical': 2_000_000_000, 'system-node-critical': 2_000_001_000 }

function ensure(store: Store, resource: ResourceName, object: NewObject): void {
  const { name = '', namespace } = object.metadata
  if (store.get(resource, namespace, name) === undefined) store.create(resource, object)
}

/** Creates what every cluster has before anybody has asked for anything. Running it again changes nothing. */
export function createBuiltIns(store: Store, apiServer: ApiAddress | undefined): void {
  for (const name of builtInNamespaces) {
    const metadata = { name, labels: { 'kubernetes.io/metadata.name': name } }
    const spec = { finalizers: ['kubernetes'] }
    ensure(store, 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata, spec, status: { phase: 'Active' } })
  }
  ensure(store, 'storageclasses.storage.k8s.io', sandboxStorageClass)
  for (const [name, value] of Object.entries(priorityClasses)) {
    const resource = 'priorityclasses.scheduling.k8s.io'
    const metadata = { name }
    const preemptionPolicy = 'PreemptLowerPriority'
    ensure(store, resource, {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata,
      value,
      preemptionPolicy,
    })
  }
  if (apiServer !== undefined) publishApiServer(store, apiServer)
}

/**
 * The Service `kubernetes`. It is headless, because a proxy in front of the API server's own loopback address could not listen on
 * it; its port follows the API server from start to start.
 */
function publishApiServer(store: Store, { address, port }: ApiAddress): void {
  const namespace = 'default'
  const name = 'kubernetes'
  const ports = [{ name: 'https', port, protocol: 'TCP', targetPort: port }]
  const spec = { type: 'ClusterIP', clusterIP: 'None', clusterIPs: ['None'], ports }
  const labels = { component: 'apiserver', provider: 'kubernetes' }
  const status = { loadBalancer: {} }
  ensure(store, 'services', { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace, labels }, spec, status })
  store.update('services', namespace, name, (changed) => void (changed.spec = { ...changed.spec, ports }))
  const slices = 'endpointslices.discovery.k8s.io'
  const content = {
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  }
  const metadata = { name, namespace, labels: { 'kubernetes.io/service-name': name } }
  ensure(store, slices, { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata, ...content })
  store.update(slices, namespace, name, (changed) => void Object.assign(changed, content))
}
