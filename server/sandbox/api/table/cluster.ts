import type {
  CoreV1Event,
  V1ClusterRoleBinding,
  V1ConfigMap,
  V1Endpoints,
  V1EndpointSlice,
  V1Ingress,
  V1IngressClass,
  V1Lease,
  V1Namespace,
  V1NetworkPolicy,
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1PriorityClass,
  V1ResourceQuota,
  V1Secret,
  V1Service,
  V1ServiceAccount,
  V1StorageClass,
} from '../schema/models.ts'
import { age, column, createdAt, joined, name, pairs, selectorText, type Column } from './columns.ts'
import { since } from './duration.ts'

const integer = { type: 'integer' } as const
const wide = { wide: true } as const
const namespace = column<V1Namespace>()
const node = column<V1Node>()
const service = column<V1Service>()
const endpoints = column<V1Endpoints>()
const slice = column<V1EndpointSlice>()
const configMap = column<V1ConfigMap>()
const secret = column<V1Secret>()
const account = column<V1ServiceAccount>()
const event = column<CoreV1Event>()
const claim = column<V1PersistentVolumeClaim>()
const volume = column<V1PersistentVolume>()
const quota = column<V1ResourceQuota>()
const policy = column<V1NetworkPolicy>()
const ingress = column<V1Ingress>()
const ingressClass = column<V1IngressClass>()
const binding = column<V1ClusterRoleBinding>()
const storageClass = column<V1StorageClass>()
const lease = column<V1Lease>()
const priority = column<V1PriorityClass>()

const accessModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

const modes = (list: readonly string[] | undefined): string =>
  (list ?? []).map((each) => accessModes[each] ?? each).join(',')

const nodeAddress = (each: V1Node, type: string) => each.status?.addresses?.find((one) => one.type === type)?.address

function nodeStatus(each: V1Node): string {
  const ready = each.status?.conditions?.find((one) => one.type === 'Ready')?.status
  const shown = ready === 'True' ? 'Ready' : ready === undefined ? 'Unknown' : 'NotReady'
  return each.spec?.unschedulable === true ? `${shown},SchedulingDisabled` : shown
}

const nodeRoles = (each: V1Node): string =>
  joined(
    Object.keys(each.metadata?.labels ?? {})
      .filter((label) => label.startsWith('node-role.kubernetes.io/'))
      .map((label) => label.slice('node-role.kubernetes.io/'.length)),
  )

const servicePorts = (each: V1Service): string =>
  joined(
    each.spec?.ports?.map(
      (port) =>
        `${port.port}${port.nodePort === undefined || port.nodePort === 0 ? '' : `:${port.nodePort}`}/${port.protocol ?? 'TCP'}`,
    ),
  )

function externalAddress(each: V1Service): string {
  if (each.spec?.type === 'ExternalName') return each.spec.externalName ?? '<none>'
  if (each.spec?.type !== 'LoadBalancer') return joined(each.spec?.externalIPs)
  const found = each.status?.loadBalancer?.ingress?.map((one) => one.ip ?? one.hostname ?? '')
  return found === undefined || found.length === 0 ? '<pending>' : found.join(',')
}

function endpointsText(each: V1Endpoints): string {
  const all = (each.subsets ?? []).flatMap((subset) =>
    (subset.addresses ?? []).flatMap((address) =>
      subset.ports === undefined ? [address.ip] : subset.ports.map((port) => `${address.ip}:${port.port}`),
    ),
  )
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : joined(all)
}

const short = (list: readonly string[]): string =>
  list.length > 3 ? `${list.slice(0, 3).join(',')} + ${list.length - 3} more...` : list.join(',')

function quotaText(each: V1ResourceQuota, limits: boolean): string {
  const hard = Object.entries(each.status?.hard ?? each.spec?.hard ?? {})
  return hard
    .filter(([resource]) => resource.startsWith('limits.') === limits)
    .map(([resource, amount]) => `${resource}: ${each.status?.used?.[resource] ?? '0'}/${amount}`)
    .join(', ')
}

const subjects = (each: V1ClusterRoleBinding, kind: string): string =>
  (each.subjects ?? [])
    .filter((one) => one.kind === kind)
    .map((one) => (kind === 'ServiceAccount' ? `${one.namespace ?? ''}/${one.name}` : one.name))
    .join(', ')

const bindingColumns: Column[] = [
  name,
  binding('Role', (each) => `${each.roleRef.kind}/${each.roleRef.name}`),
  age,
  binding('Users', (each) => subjects(each, 'User'), wide),
  binding('Groups', (each) => subjects(each, 'Group'), wide),
  binding('ServiceAccounts', (each) => subjects(each, 'ServiceAccount'), wide),
]

export const clusterTables: Readonly<Record<string, Column[]>> = {
  namespaces: [name, namespace('Status', (each) => each.status?.phase), age],
  nodes: [
    name,
    node('Status', nodeStatus),
    node('Roles', nodeRoles),
    age,
    node('Version', (each) => each.status?.nodeInfo?.kubeletVersion),
    node('Internal-IP', (each) => nodeAddress(each, 'InternalIP'), wide),
    node('External-IP', (each) => nodeAddress(each, 'ExternalIP'), wide),
    node('OS-Image', (each) => each.status?.nodeInfo?.osImage, wide),
    node('Kernel-Version', (each) => each.status?.nodeInfo?.kernelVersion, wide),
    node('Container-Runtime', (each) => each.status?.nodeInfo?.containerRuntimeVersion, wide),
  ],
  services: [
    name,
    service('Type', (each) => each.spec?.type),
    service('Cluster-IP', (each) => each.spec?.clusterIP),
    service('External-IP', externalAddress),
    service('Port(s)', servicePorts),
    age,
    service('Selector', (each) => pairs(each.spec?.selector), wide),
  ],
  endpoints: [name, endpoints('Endpoints', endpointsText), age],
  'endpointslices.discovery.k8s.io': [
    name,
    slice('AddressType', (each) => each.addressType),
    slice('Ports', (each) =>
      each.ports?.length ? short(each.ports.map((one) => String(one.port ?? '*'))) : '<unset>',
    ),
    slice('Endpoints', (each) => (each.endpoints?.length ? short(each.endpoints.flatMap((one) => one.addresses)) : '<unset>')), // prettier-ignore
    age,
  ],
  configmaps: [
    name,
    configMap('Data', (each) => Object.keys({ ...each.data, ...each.binaryData }).length, integer),
    age,
  ],
  secrets: [
    name,
    secret('Type', (each) => each.type),
    secret('Data', (each) => Object.keys(each.data ?? {}).length, integer),
    age,
  ],
  serviceaccounts: [name, account('Secrets', (each) => each.secrets?.length ?? 0, integer), age],
  events: [
    event('Last Seen', (each) => since(each.lastTimestamp ?? each.eventTime ?? each.metadata.creationTimestamp)),
    event('Type', (each) => each.type),
    event('Reason', (each) => each.reason),
    event('Object', (each) => `${(each.involvedObject.kind ?? '').toLowerCase()}/${each.involvedObject.name ?? ''}`),
    event('Subobject', (each) => each.involvedObject.fieldPath ?? '', wide),
    event('Source', (each) => [each.source?.component, each.source?.host].filter(Boolean).join(', ') || each.reportingComponent, wide), // prettier-ignore
    event('Message', (each) => each.message?.trim() ?? ''),
    event('First Seen', (each) => since(each.firstTimestamp ?? each.metadata.creationTimestamp), wide),
    event('Count', (each) => each.count ?? each.series?.count ?? 1, { ...integer, wide: true }),
    { ...name, wide: true },
  ],
  persistentvolumeclaims: [
    name,
    claim('Status', (each) => (each.metadata?.deletionTimestamp === undefined ? each.status?.phase : 'Terminating')),
    claim('Volume', (each) => each.spec?.volumeName ?? ''),
    claim('Capacity', (each) => (each.spec?.volumeName === undefined ? '' : each.status?.capacity?.storage)),
    claim('Access Modes', (each) => (each.spec?.volumeName === undefined ? '' : modes(each.status?.accessModes))),
    claim('StorageClass', (each) => each.spec?.storageClassName ?? ''),
    claim('VolumeAttributesClass', () => '<unset>'),
    age,
    claim('VolumeMode', (each) => each.spec?.volumeMode ?? '<unset>', wide),
  ],
  persistentvolumes: [
    name,
    volume('Capacity', (each) => each.spec?.capacity?.storage ?? ''),
    volume('Access Modes', (each) => modes(each.spec?.accessModes)),
    volume('Reclaim Policy', (each) => each.spec?.persistentVolumeReclaimPolicy ?? ''),
    volume('Status', (each) => (each.metadata?.deletionTimestamp === undefined ? each.status?.phase : 'Terminating')),
    volume('Claim', (each) => each.spec?.claimRef && `${each.spec.claimRef.namespace ?? ''}/${each.spec.claimRef.name ?? ''}`), // prettier-ignore
    volume('StorageClass', (each) => each.spec?.storageClassName ?? ''),
    volume('VolumeAttributesClass', () => '<unset>'),
    volume('Reason', (each) => each.status?.reason ?? ''),
    age,
    volume('VolumeMode', (each) => each.spec?.volumeMode ?? '<unset>', wide),
  ],
  resourcequotas: [name, quota('Request', (each) => quotaText(each, false)), quota('Limit', (each) => quotaText(each, true)), age], // prettier-ignore
  limitranges: [name, createdAt],
  'networkpolicies.networking.k8s.io': [name, policy('Pod-Selector', (each) => selectorText(each.spec?.podSelector)), age], // prettier-ignore
  'ingresses.networking.k8s.io': [
    name,
    ingress('Class', (each) => each.spec?.ingressClassName),
    ingress('Hosts', (each) => joined(each.spec?.rules?.map((rule) => rule.host ?? '*')).replace('<none>', '*')),
    ingress('Address', (each) => (each.status?.loadBalancer?.ingress ?? []).map((one) => one.ip ?? one.hostname ?? '').join(',')), // prettier-ignore
    ingress('Ports', (each) => (each.spec?.tls === undefined ? '80' : '80, 443')),
    age,
  ],
  'ingressclasses.networking.k8s.io': [
    name,
    ingressClass('Controller', (each) => each.spec?.controller),
    ingressClass('Parameters', (each) => each.spec?.parameters && `${each.spec.parameters.kind}/${each.spec.parameters.name}`), // prettier-ignore
    age,
  ],
  'roles.rbac.authorization.k8s.io': [name, createdAt],
  'clusterroles.rbac.authorization.k8s.io': [name, createdAt],
  'rolebindings.rbac.authorization.k8s.io': bindingColumns,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingColumns,
  'storageclasses.storage.k8s.io': [
    {
      name: 'Name',
      cell: ({ metadata }) =>
        metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true'
          ? `${metadata.name} (default)`
          : metadata.name,
    },
    storageClass('Provisioner', (each) => each.provisioner),
    storageClass('ReclaimPolicy', (each) => each.reclaimPolicy ?? 'Delete'),
    storageClass('VolumeBindingMode', (each) => each.volumeBindingMode ?? 'Immediate'),
    storageClass('AllowVolumeExpansion', (each) => each.allowVolumeExpansion ?? false, { type: 'boolean' }),
    age,
  ],
  'leases.coordination.k8s.io': [name, lease('Holder', (each) => each.spec?.holderIdentity ?? ''), age],
  'priorityclasses.scheduling.k8s.io': [
    name,
    priority('Value', (each) => each.value, integer),
    priority('Global-Default', (each) => each.globalDefault ?? false, { type: 'boolean' }),
    age,
    priority('PreemptionPolicy', (each) => each.preemptionPolicy ?? 'PreemptLowerPriority'),
  ],
}
