/** RBAC's verbs, as far as this product needs them. `escalate`, `bind` and `impersonate` are not among them. */
export type RightVerb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete'

/** What a call asks of Kubernetes, in RBAC's words. */
export interface Right {
  /** Empty for the core group. */
  group: string
  /** Plural, with its subresource: `pods/exec`. */
  resource: string
  verbs: readonly RightVerb[]
  /** Granted for the whole cluster, and never more than reading. */
  isClusterScoped: boolean
}

/** The rights of each call of a noun; a call that is missing does not compile. */
export type RightsOf<Noun> = Record<keyof Noun & string, readonly Right[]>

/** @param name `pods`, `deployments.apps`, `deployments.apps/scale` */
function right(name: string, verbs: readonly RightVerb[], isClusterScoped: boolean): Right {
  const [whole = '', subresource] = name.split('/')
  const [resource = '', ...group] = whole.split('.')
  return {
    group: group.join('.'),
    resource: subresource === undefined ? resource : `${resource}/${subresource}`,
    verbs,
    isClusterScoped,
  }
}
export const on = (name: string, ...verbs: RightVerb[]) => right(name, verbs, false)
export const inCluster = (name: string, ...verbs: RightVerb[]) => right(name, verbs, true)
export const each = (names: readonly string[], ...verbs: RightVerb[]) => names.map((name) => on(name, ...verbs))

/** Asks of Kubernetes nothing at all, or only what every signed-in user may: discovery, version, questions about own rights. */
export const nothing: readonly Right[] = []

export const rolled = ['deployments.apps', 'statefulsets.apps', 'daemonsets.apps'] as const
/** Where the templates of earlier revisions are. */
export const histories = ['replicasets.apps', 'controllerrevisions.apps'] as const
/** Looking at pods while a rollout is waited for, and at why they fail. */
export const following = [
  on('pods', 'list'),
  on('pods/log', 'get'),
  on('events', 'list'),
  on('replicasets.apps', 'list'),
]
/** Into a container. A WebSocket is opened by GET; from Kubernetes 1.35 on that needs create as well. */
export const intoPods = [on('pods/exec', 'get', 'create')]
export const toPorts = [on('pods/portforward', 'get', 'create')]
/** The database is found by its StatefulSet, whose pod template names where user and password are. */
export const database = [
  on('statefulsets.apps', 'get'),
  on('pods', 'list'),
  on('secrets', 'get'),
  on('configmaps', 'get'),
  ...intoPods,
  ...toPorts,
]
export const backingUp = [...database, on('deployments.apps', 'list')]
export const restoring = [...backingUp, on('deployments.apps', 'get', 'patch'), ...following]

/** Who has a say in what a change of a workload does. */
export const surroundings = [
  ...each(rolled, 'get'),
  ...each(histories, 'list'),
  on('pods', 'list'),
  ...each(
    [
      'horizontalpodautoscalers.autoscaling',
      'poddisruptionbudgets.policy',
      'resourcequotas',
      'limitranges',
      'persistentvolumeclaims',
    ],
    'list',
  ),
]
export const scaled = ['deployments.apps/scale', 'statefulsets.apps/scale'] as const

export const edited = [
  'configmaps',
  'secrets',
  'horizontalpodautoscalers.autoscaling',
  'resourcequotas',
  'limitranges',
] as const
/** The version before is kept in a Secret. */
export const keeping = [on('secrets', 'get', 'create', 'patch')]

/** The kinds that a release consists of; a test compares them with the manifests. */
export const releasedResources = [
  'configmaps',
  'secrets',
  'services',
  'serviceaccounts',
  'persistentvolumeclaims',
  'resourcequotas',
  'limitranges',
  'deployments.apps',
  'statefulsets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'horizontalpodautoscalers.autoscaling',
  'poddisruptionbudgets.policy',
  'networkpolicies.networking.k8s.io',
  'ingresses.networking.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'rolebindings.rbac.authorization.k8s.io',
  'httproutes.gateway.networking.k8s.io',
  'servicemonitors.monitoring.coreos.com',
  'prometheusrules.monitoring.coreos.com',
] as const
/** Volumes and secrets are kept when the rest is pruned or undone. */
export const deletable = releasedResources.filter((name) => name !== 'secrets' && name !== 'persistentvolumeclaims')
/** What only a cluster's administrator makes; a deployment leaves it as it is. */
export const ofCluster = [
  inCluster('namespaces', 'get'),
  inCluster('clusterroles.rbac.authorization.k8s.io', 'get'),
  inCluster('clusterrolebindings.rbac.authorization.k8s.io', 'get'),
]
export const facts = each(
  [
    'poddisruptionbudgets.policy',
    'horizontalpodautoscalers.autoscaling',
    'resourcequotas',
    'limitranges',
    'persistentvolumeclaims',
  ],
  'list',
)
export const records = [on('configmaps', 'get', 'list')]
/** Preflight looks at nodes, classes and pods of all namespaces: versions, capacity, storage, ingress. */
export const preflight = [
  inCluster('nodes', 'list'),
  inCluster('pods', 'list'),
  inCluster('storageclasses.storage.k8s.io', 'list'),
  inCluster('ingressclasses.networking.k8s.io', 'list'),
  on('events', 'list'),
  ...each(['pods.metrics.k8s.io'], 'list'),
]
/** A dry run is authorised like the change itself. */
export const planning = [
  ...each(releasedResources, 'get', 'create', 'patch'),
  ...ofCluster,
  ...facts,
  ...records,
  ...preflight,
  ...database,
]
export const lease = [on('leases.coordination.k8s.io', 'get', 'create', 'update')]
export const applying = [
  ...planning,
  ...each(deletable, 'delete'),
  ...following,
  on('pods', 'delete'),
  ...lease,
  ...backingUp,
]
/** What an object would be again is asked of the server by a dry run. */
export const drifting = [
  ...each(releasedResources, 'get', 'list', 'patch'),
  on('daemonsets.apps', 'list'),
  ...ofCluster,
  ...records,
]
