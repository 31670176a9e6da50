/**
 * How lists and maps merge. The generated client knows fields and types but not these, so they are written down once, from the
 * `x-kubernetes-*` extensions of the Kubernetes 1.35 OpenAPI document (patch-merge-key, list-type, list-map-keys, map-type).
 */
export interface ListRule {
  /** Strategic merge patch: the key items are matched by; `''` merges a list of plain values; undefined replaces the list. */
  mergeKey?: string
  /** Server-side apply: the keys that identify an item, `'set'` for a list of plain values; undefined owns the list as a whole. */
  keys?: readonly string[] | 'set'
}

const by = (key: string, ...more: string[]): ListRule => ({ mergeKey: key, keys: [key, ...more] })
const named = by('name')
const set: ListRule = { mergeKey: '', keys: 'set' }
const conditions = by('type')

const listRules: Readonly<Record<string, ListRule>> = {
  'V1ObjectMeta.ownerReferences': by('uid'),
  'V1ObjectMeta.finalizers': set,
  'V1PodSpec.containers': named,
  'V1PodSpec.initContainers': named,
  'V1PodSpec.ephemeralContainers': named,
  'V1PodSpec.volumes': named,
  'V1PodSpec.imagePullSecrets': named,
  'V1PodSpec.hostAliases': by('ip'),
  'V1PodSpec.schedulingGates': named,
  'V1PodSpec.resourceClaims': named,
  'V1PodSpec.topologySpreadConstraints': by('topologyKey', 'whenUnsatisfiable'),
  'V1Container.env': named,
  'V1Container.ports': by('containerPort', 'protocol'),
  'V1Container.volumeMounts': by('mountPath'),
  'V1Container.volumeDevices': by('devicePath'),
  'V1EphemeralContainer.env': named,
  'V1EphemeralContainer.ports': by('containerPort', 'protocol'),
  'V1EphemeralContainer.volumeMounts': by('mountPath'),
  'V1ResourceRequirements.claims': { keys: ['name'] },
  'V1ProjectedVolumeSource.sources': {},
  'V1PodStatus.conditions': conditions,
  'V1PodStatus.podIPs': by('ip'),
  'V1PodStatus.hostIPs': { mergeKey: 'ip' },
  'V1ServiceSpec.ports': by('port', 'protocol'),
  'V1ServiceStatus.conditions': conditions,
  'V1ServiceAccount.secrets': named,
  'V1NamespaceStatus.conditions': conditions,
  'V1NodeStatus.conditions': conditions,
  'V1NodeStatus.addresses': by('type'),
  'V1NodeSpec.podCIDRs': set,
  'V1PersistentVolumeClaimStatus.conditions': conditions,
  'V1DeploymentStatus.conditions': conditions,
  'V1ReplicaSetStatus.conditions': conditions,
  'V1StatefulSetStatus.conditions': conditions,
  'V1DaemonSetStatus.conditions': conditions,
  'V1JobStatus.conditions': { mergeKey: 'type' },
  'V2HorizontalPodAutoscalerStatus.conditions': conditions,
  'V1PodDisruptionBudgetStatus.conditions': conditions,
}

/** Objects that server-side apply owns as a whole (`x-kubernetes-map-type: atomic`). */
const atomicModels = new Set([
  'V1LabelSelector',
  'V1ObjectReference',
  'V1LocalObjectReference',
  'V1TypedLocalObjectReference',
  'V1SecretReference',
  'V1SecretKeySelector',
  'V1ConfigMapKeySelector',
  'V1ObjectFieldSelector',
  'V1ResourceFieldSelector',
  'V1NodeSelector',
  'V1NodeSelectorTerm',
  'V1ScopeSelector',
  'V1RoleRef',
])

/** Maps of plain values owned as a whole. */
const atomicMaps = new Set(['V1PodSpec.nodeSelector', 'V1ServiceSpec.selector'])

const replaced: ListRule = {}

export const listRule = (model: string, field: string): ListRule => listRules[`${model}.${field}`] ?? replaced

export const isAtomicModel = (model: string): boolean => atomicModels.has(model)

export const isAtomicMap = (model: string, field: string): boolean => atomicMaps.has(`${model}.${field}`)
