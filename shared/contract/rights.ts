import type { Contract } from './index.ts'

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

type CallName = { [Noun in keyof Contract]: `${Noun}.${keyof Contract[Noun] & string}` }[keyof Contract]

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
const on = (name: string, ...verbs: RightVerb[]) => right(name, verbs, false)
const inCluster = (name: string, ...verbs: RightVerb[]) => right(name, verbs, true)
const each = (names: readonly string[], ...verbs: RightVerb[]) => names.map((name) => on(name, ...verbs))

/** Asks of Kubernetes nothing at all, or only what every signed-in user may: discovery, version, questions about own rights. */
const nothing: readonly Right[] = []

const rolled = ['deployments.apps', 'statefulsets.apps', 'daemonsets.apps'] as const
/** Where the templates of earlier revisions are. */
const histories = ['replicasets.apps', 'controllerrevisions.apps'] as const
/** Looking at pods while a rollout is waited for, and at why they fail. */
const following = [on('pods', 'list'), on('pods/log', 'get'), on('events', 'list'), on('replicasets.apps', 'list')]
/** Into a container. A WebSocket is opened by GET; from Kubernetes 1.35 on that needs create as well. */
const intoPods = [on('pods/exec', 'get', 'create')]
const toPorts = [on('pods/portforward', 'get', 'create')]
/** The database is found by its StatefulSet, whose pod template names where user and password are. */
const database = [
  on('statefulsets.apps', 'get'),
  on('pods', 'list'),
  on('secrets', 'get'),
  on('configmaps', 'get'),
  ...intoPods,
  ...toPorts,
]
const backingUp = [...database, on('deployments.apps', 'list')]
const restoring = [...backingUp, on('deployments.apps', 'get', 'patch'), ...following]

/** Who has a say in what a change of a workload does. */
const surroundings = [
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
const scaled = ['deployments.apps/scale', 'statefulsets.apps/scale'] as const

const edited = [
  'configmaps',
  'secrets',
  'horizontalpodautoscalers.autoscaling',
  'resourcequotas',
  'limitranges',
] as const
/** The version before is kept in a Secret. */
const keeping = [on('secrets', 'get', 'create', 'patch')]

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
const deletable = releasedResources.filter((name) => name !== 'secrets' && name !== 'persistentvolumeclaims')
/** What only a cluster's administrator makes; a deployment leaves it as it is. */
const ofCluster = [
  inCluster('namespaces', 'get'),
  inCluster('clusterroles.rbac.authorization.k8s.io', 'get'),
  inCluster('clusterrolebindings.rbac.authorization.k8s.io', 'get'),
]
const facts = each(
  [
    'poddisruptionbudgets.policy',
    'horizontalpodautoscalers.autoscaling',
    'resourcequotas',
    'limitranges',
    'persistentvolumeclaims',
  ],
  'list',
)
const records = [on('configmaps', 'get', 'list')]
/** Preflight looks at nodes, classes and pods of all namespaces: versions, capacity, storage, ingress. */
const preflight = [
  inCluster('nodes', 'list'),
  inCluster('pods', 'list'),
  inCluster('storageclasses.storage.k8s.io', 'list'),
  inCluster('ingressclasses.networking.k8s.io', 'list'),
  on('events', 'list'),
  ...each(['pods.metrics.k8s.io'], 'list'),
]
/** A dry run is authorised like the change itself. */
const planning = [
  ...each(releasedResources, 'get', 'create', 'patch'),
  ...ofCluster,
  ...facts,
  ...records,
  ...preflight,
  ...database,
]
const lease = [on('leases.coordination.k8s.io', 'get', 'create', 'update')]
const applying = [...planning, ...each(deletable, 'delete'), ...following, on('pods', 'delete'), ...lease, ...backingUp]
/** What an object would be again is asked of the server by a dry run. */
const drifting = [
  ...each(releasedResources, 'get', 'list', 'patch'),
  on('daemonsets.apps', 'list'),
  ...ofCluster,
  ...records,
]

/** What every call and stream needs. Whatever is missing here does not compile. */
export const rights = {
  'accounts.list': [
    on('serviceaccounts', 'list'),
    on('rolebindings.rbac.authorization.k8s.io', 'list'),
    on('pods', 'list'),
  ],
  'accounts.createToken': [on('serviceaccounts/token', 'create')],
  'app.info': nothing,
  'app.heartbeat': nothing,
  'app.settings': nothing,
  'app.updateSettings': nothing,
  'app.addKubeconfig': nothing,
  'audit.list': nothing,
  'audit.verify': nothing,
  'backups.watch': nothing,
  'backups.start': backingUp,
  'backups.verify': database,
  'backups.planRestore': restoring,
  'backups.restore': restoring,
  'backups.undoRestore': restoring,
  'backups.keepRestore': database,
  'backups.delete': nothing,
  'certificates.list': [on('secrets', 'list'), on('ingresses.networking.k8s.io', 'list'), ...each(rolled, 'list')],
  'clusters.watch': [on('pods', 'list'), inCluster('nodes', 'list'), inCluster('nodes.metrics.k8s.io', 'list')],
  'clusters.check': [on('pods', 'list'), inCluster('nodes', 'list'), inCluster('nodes.metrics.k8s.io', 'list')],
  'clusters.setEnvironment': nothing,
  'clusters.namespaces': [inCluster('namespaces', 'list')],
  'clusters.permissions': nothing,
  'configuration.list': [...each(edited, 'list'), ...each(rolled, 'list')],
  'configuration.detail': [...each(edited, 'get'), ...each(rolled, 'list')],
  'configuration.reveal': [on('secrets', 'get')],
  'configuration.impact': [...each(edited, 'get', 'patch'), ...each(rolled, 'list')],
  'configuration.change': [...each(edited, 'get', 'patch'), ...keeping],
  'configuration.undo': [...each(edited, 'get', 'patch'), ...keeping],
  'configuration.restartReaders': [...each(rolled, 'get', 'list', 'patch'), ...following],
  'deploy.status': [...records, on('leases.coordination.k8s.io', 'get')],
  'deploy.checkValues': nothing,
  'deploy.plan': planning,
  'deploy.planRollback': planning,
  'deploy.apply': applying,
  'deploy.resume': applying,
  'deploy.undo': applying,
  'drift.check': drifting,
  // Deletes what was named one by one and is in no release, whatever its kind.
  'drift.revert': [...drifting, ...each(releasedResources, 'create', 'patch'), ...each(deletable, 'delete'), ...lease],
  'drift.adopt': [...drifting, ...each(releasedResources, 'create', 'patch'), ...lease],
  'events.watch': [on('events', 'list', 'watch')],
  'forwards.watch': nothing,
  'forwards.open': [on('pods', 'get'), ...toPorts],
  'forwards.close': nothing,
  'logs.follow': [on('pods', 'get', 'list', 'watch'), on('pods/log', 'get')],
  'metrics.watch': [on('pods.metrics.k8s.io', 'list')],
  'migrations.status': database,
  'migrations.run': [
    ...backingUp,
    on('deployments.apps', 'get'),
    on('jobs.batch', 'get', 'list', 'create'),
    ...following,
  ],
  'migrations.undo': [
    ...backingUp,
    on('deployments.apps', 'get'),
    on('jobs.batch', 'get', 'list', 'create'),
    ...following,
  ],
  'pods.watch': [on('pods', 'list', 'watch')],
  'pods.detail': [on('pods', 'get'), on('events', 'list')],
  'pods.delete': [on('pods', 'delete')],
  'releases.list': records,
  'releases.detail': records,
  'releases.difference': records,
  'rollouts.detail': surroundings,
  'rollouts.impact': [...surroundings, ...each([...rolled, ...scaled], 'patch')],
  'rollouts.change': [...surroundings, ...each([...rolled, ...scaled], 'patch'), on('pods', 'delete'), ...following],
  'sandbox.start': nothing,
  'sandbox.stop': nothing,
  'sandbox.reset': nothing,
  'services.map': each(['pods', 'services', 'configmaps', 'networkpolicies.networking.k8s.io'], 'list', 'watch'),
  'streams.acknowledge': nothing,
  'tasks.watch': nothing,
  'tasks.cancel': nothing,
  'tasks.dismiss': nothing,
  'terminals.shell': [on('pods', 'get'), ...intoPods],
  // The person's own kubectl: it may do what their account may.
  'terminals.kubectl': nothing,
  'terminals.input': nothing,
  'terminals.resize': nothing,
  'terminals.close': nothing,
  'workloads.watch': each([...rolled, 'jobs.batch'], 'list', 'watch'),
} satisfies Record<CallName, readonly Right[]>

/** All that the product needs, each resource once, sorted; what the operator's Role and ClusterRole are made of. */
export function allRights(calls: Readonly<Record<string, readonly Right[]>> = rights): Right[] {
  const merged = new Map<string, Right>()
  for (const { verbs, ...one } of Object.values(calls).flat()) {
    const key = `${one.isClusterScoped ? 1 : 0} ${one.group} ${one.resource}`
    const known = merged.get(key)?.verbs ?? []
    merged.set(key, { ...one, verbs: order.filter((verb) => known.includes(verb) || verbs.includes(verb)) })
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

const order: readonly RightVerb[] = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']
