import type { ResourceName } from './types.ts'

/** One kind the sandbox serves. This table is the only place that knows which kinds exist. */
export interface ResourceRow {
  /** The key of the kind in the store: `pods`, `deployments.apps`. */
  name: ResourceName
  group: string
  version: string
  /** `v1`, `apps/v1`. */
  apiVersion: string
  plural: string
  singular: string
  kind: string
  shortNames: readonly string[]
  namespaced: boolean
  categories: readonly string[]
  subresources: readonly string[]
  /** The class of `@kubernetes/client-node` that describes the fields. */
  model: string
}

interface RowOptions {
  shortNames?: readonly string[]
  cluster?: boolean
  categories?: readonly string[]
  subresources?: readonly string[]
  model?: string
}

function row(groupVersion: string, plural: string, kind: string, options: RowOptions = {}): ResourceRow {
  const [first = '', second] = groupVersion.split('/')
  const group = second === undefined ? '' : first
  const version = second ?? first
  return {
    name: group === '' ? plural : `${plural}.${group}`,
    group,
    version,
    apiVersion: groupVersion,
    plural,
    singular: kind.toLowerCase(),
    kind,
    shortNames: options.shortNames ?? [],
    namespaced: options.cluster !== true,
    categories: options.categories ?? [],
    subresources: options.subresources ?? [],
    model: options.model ?? `${version.charAt(0).toUpperCase()}${version.slice(1)}${kind}`,
  }
}

const all = ['all'] as const
const status = ['status'] as const
const scalable = ['status', 'scale'] as const
const rbac = 'rbac.authorization.k8s.io/v1'

export const resources: readonly ResourceRow[] = [
  row('v1', 'namespaces', 'Namespace', { shortNames: ['ns'], cluster: true, subresources: ['status', 'finalize'] }),
  row('v1', 'nodes', 'Node', { shortNames: ['no'], cluster: true, subresources: status }),
  row('v1', 'pods', 'Pod', {
    shortNames: ['po'],
    categories: all,
    subresources: ['status', 'log', 'exec', 'attach', 'portforward', 'eviction', 'binding'],
  }),
  row('v1', 'services', 'Service', { shortNames: ['svc'], categories: all, subresources: status }),
  row('v1', 'endpoints', 'Endpoints', { shortNames: ['ep'] }),
  row('v1', 'configmaps', 'ConfigMap', { shortNames: ['cm'] }),
  row('v1', 'secrets', 'Secret'),
  row('v1', 'serviceaccounts', 'ServiceAccount', { shortNames: ['sa'], subresources: ['token'] }),
  row('v1', 'events', 'Event', { shortNames: ['ev'], model: 'CoreV1Event' }),
  row('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', { shortNames: ['pvc'], subresources: status }),
  row('v1', 'persistentvolumes', 'PersistentVolume', { shortNames: ['pv'], cluster: true, subresources: status }),
  row('v1', 'resourcequotas', 'ResourceQuota', { shortNames: ['quota'], subresources: status }),
  row('v1', 'limitranges', 'LimitRange', { shortNames: ['limits'] }),
  row('apps/v1', 'deployments', 'Deployment', { shortNames: ['deploy'], categories: all, subresources: scalable }),
  row('apps/v1', 'replicasets', 'ReplicaSet', { shortNames: ['rs'], categories: all, subresources: scalable }),
  row('apps/v1', 'statefulsets', 'StatefulSet', { shortNames: ['sts'], categories: all, subresources: scalable }),
  row('apps/v1', 'daemonsets', 'DaemonSet', { shortNames: ['ds'], categories: all, subresources: status }),
  row('apps/v1', 'controllerrevisions', 'ControllerRevision'),
  row('batch/v1', 'jobs', 'Job', { categories: all, subresources: status }),
  row('batch/v1', 'cronjobs', 'CronJob', { shortNames: ['cj'], categories: all, subresources: status }),
  row('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
    shortNames: ['hpa'],
    categories: all,
    subresources: status,
  }),
  row('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', { shortNames: ['netpol'] }),
  row('networking.k8s.io/v1', 'ingresses', 'Ingress', { shortNames: ['ing'], subresources: status }),
  row('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', { cluster: true }),
  row('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', { shortNames: ['pdb'], subresources: status }),
  row(rbac, 'roles', 'Role'),
  row(rbac, 'rolebindings', 'RoleBinding'),
  row(rbac, 'clusterroles', 'ClusterRole', { cluster: true }),
  row(rbac, 'clusterrolebindings', 'ClusterRoleBinding', { cluster: true }),
  row('storage.k8s.io/v1', 'storageclasses', 'StorageClass', { shortNames: ['sc'], cluster: true }),
  row('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice'),
  row('coordination.k8s.io/v1', 'leases', 'Lease'),
  row('scheduling.k8s.io/v1', 'priorityclasses', 'PriorityClass', { shortNames: ['pc'], cluster: true }),
]

const byName = new Map(resources.map((each) => [each.name, each]))
const byKind = new Map(resources.map((each) => [`${each.apiVersion} ${each.kind}`, each]))

/** The row of a store name; an unknown name is a programming error. */
export function resourceRow(name: ResourceName): ResourceRow {
  const found = byName.get(name)
  if (found === undefined) throw new Error(`The resource table has no row for "${name}".`)
  return found
}

/** The row that serves a kind, for owner references and manifests; undefined for kinds the sandbox does not know. */
export function resourceOfKind(apiVersion: string, kind: string): ResourceRow | undefined {
  return byKind.get(`${apiVersion} ${kind}`)
}
