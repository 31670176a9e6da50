import type { NewObject, Store } from '../../store/types.ts'
import type { PolicyRule } from './authorize.ts'

const read = ['get', 'list', 'watch']
const write = ['create', 'delete', 'deletecollection', 'patch', 'update']
const version = 'rbac.authorization.k8s.io/v1'

/** What `view` shows of a namespace in every cluster: no secrets, no roles. */
const viewRules: PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['configmaps', 'endpoints', 'events', 'limitranges', 'namespaces', 'persistentvolumeclaims', 'pods', 'pods/log', 'pods/status', 'resourcequotas', 'serviceaccounts', 'services', 'services/status'], // prettier-ignore
    verbs: read,
  },
  {
    apiGroups: ['apps'],
    resources: ['controllerrevisions', 'daemonsets', 'daemonsets/status', 'deployments', 'deployments/scale', 'deployments/status', 'replicasets', 'replicasets/scale', 'replicasets/status', 'statefulsets', 'statefulsets/scale', 'statefulsets/status'], // prettier-ignore
    verbs: read,
  },
  { apiGroups: ['batch'], resources: ['cronjobs', 'cronjobs/status', 'jobs', 'jobs/status'], verbs: read },
  {
    apiGroups: ['autoscaling'],
    resources: ['horizontalpodautoscalers', 'horizontalpodautoscalers/status'],
    verbs: read,
  },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses', 'ingresses/status', 'networkpolicies'], verbs: read },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets', 'poddisruptionbudgets/status'], verbs: read },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: read },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: read },
  { apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: read },
]

const editRules: PolicyRule[] = [
  ...viewRules,
  {
    apiGroups: [''],
    resources: ['configmaps', 'endpoints', 'persistentvolumeclaims', 'pods', 'pods/eviction', 'secrets', 'serviceaccounts', 'services'], // prettier-ignore
    verbs: [...read, ...write],
  },
  { apiGroups: [''], resources: ['pods/attach', 'pods/exec', 'pods/portforward'], verbs: ['get', 'create'] },
  { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
  {
    apiGroups: ['apps', 'batch', 'autoscaling', 'networking.k8s.io', 'policy'],
    resources: ['*'],
    verbs: [...read, ...write],
  },
]

const adminRules: PolicyRule[] = [
  ...editRules,
  { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles', 'rolebindings'], verbs: [...read, ...write] },
]

/** Cluster-wide things without secrets that a reader of the whole cluster sees besides `view`. */
const viewerRules: PolicyRule[] = [
  { apiGroups: [''], resources: ['nodes', 'persistentvolumes'], verbs: read },
  { apiGroups: ['storage.k8s.io'], resources: ['storageclasses'], verbs: read },
  { apiGroups: ['scheduling.k8s.io'], resources: ['priorityclasses'], verbs: read },
  { apiGroups: ['networking.k8s.io'], resources: ['ingressclasses'], verbs: read },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: read },
]

const discoveryRules: PolicyRule[] = [
  {
    nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/healthz', '/livez', '/readyz', '/openapi', '/openapi/*', '/version', '/version/'], // prettier-ignore
    verbs: ['get'],
  },
]

const selfRules: PolicyRule[] = [
  {
    apiGroups: ['authorization.k8s.io'],
    resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    verbs: ['create'],
  },
  { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
]

const clusterRoles: Record<string, PolicyRule[]> = {
  'cluster-admin': [
    { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
    { nonResourceURLs: ['*'], verbs: ['*'] },
  ],
  admin: adminRules,
  edit: editRules,
  view: viewRules,
  'sandbox-viewer': viewerRules,
  'system:discovery': discoveryRules,
  'system:basic-user': selfRules,
}

const bindings: { name: string; role: string; group: string }[] = [
  { name: 'cluster-admin', role: 'cluster-admin', group: 'system:masters' },
  { name: 'system:discovery', role: 'system:discovery', group: 'system:authenticated' },
  { name: 'system:basic-user', role: 'system:basic-user', group: 'system:authenticated' },
  { name: 'sandbox-viewer', role: 'view', group: 'sandbox:viewers' },
  { name: 'sandbox-viewer-cluster', role: 'sandbox-viewer', group: 'sandbox:viewers' },
]

function roleObject(name: string, rules: PolicyRule[]): NewObject {
  const labels = { 'kubernetes.io/bootstrapping': 'rbac-defaults' }
  return { apiVersion: version, kind: 'ClusterRole', metadata: { name, labels }, rules }
}

function bindingObject({ name, role, group }: (typeof bindings)[number]): NewObject {
  return {
    apiVersion: version,
    kind: 'ClusterRoleBinding',
    metadata: { name, labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: group }],
  }
}

/** The roles and bindings of a new cluster; those already there stay as their owner left them. */
export function bootstrapRbac(store: Store): void {
  for (const [name, rules] of Object.entries(clusterRoles)) {
    if (store.get('clusterroles.rbac.authorization.k8s.io', undefined, name) !== undefined) continue
    store.create('clusterroles.rbac.authorization.k8s.io', roleObject(name, rules))
  }
  for (const binding of bindings) {
    if (store.get('clusterrolebindings.rbac.authorization.k8s.io', undefined, binding.name) !== undefined) continue
    store.create('clusterrolebindings.rbac.authorization.k8s.io', bindingObject(binding))
  }
}
