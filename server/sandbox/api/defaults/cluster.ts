import type {
  V1Endpoints,
  V1EndpointSlice,
  V1Ingress,
  V1NetworkPolicy,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1ResourceQuota,
  V1RoleBinding,
  V1Secret,
  V1Service,
  V1StorageClass,
} from '../schema/models.ts'
import type { KubeObject } from '../../store/types.ts'

function defaultNamespace(object: KubeObject): void {
  object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name }
  object.spec ??= {}
  // Once the namespace is being deleted its controller takes this away.
  if (object.metadata.deletionTimestamp === undefined) object.spec.finalizers ??= ['kubernetes']
  object.status ??= { phase: 'Active' }
}

function defaultService(service: V1Service): void {
  service.spec ??= {}
  const { spec } = service
  spec.type ??= 'ClusterIP'
  spec.sessionAffinity ??= 'None'
  for (const port of spec.ports ?? []) {
    port.protocol ??= 'TCP'
    port.targetPort ??= port.port
  }
  if (spec.type === 'ExternalName') return
  spec.internalTrafficPolicy ??= 'Cluster'
  spec.ipFamilies ??= ['IPv4']
  spec.ipFamilyPolicy ??= 'SingleStack'
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') spec.externalTrafficPolicy ??= 'Cluster'
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true
}

/** `stringData` is a way of writing, not a field that is kept. */
function defaultSecret(secret: V1Secret): void {
  secret.type ??= 'Opaque'
  if (secret.stringData === undefined) return
  const encoded = Object.entries(secret.stringData).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
  secret.data = { ...secret.data, ...Object.fromEntries(encoded) as Record<string, string> } // prettier-ignore
  delete secret.stringData
}

function defaultClaim(claim: V1PersistentVolumeClaim): void {
  if (claim.spec !== undefined) claim.spec.volumeMode ??= 'Filesystem'
  claim.status ??= { phase: 'Pending' }
}

function defaultVolume(volume: V1PersistentVolume): void {
  if (volume.spec !== undefined) {
    volume.spec.volumeMode ??= 'Filesystem'
    volume.spec.persistentVolumeReclaimPolicy ??= 'Retain'
  }
  volume.status ??= { phase: 'Pending' }
}

function defaultPorts(ports: { protocol?: string; name?: string }[] | undefined): void {
  for (const port of ports ?? []) port.protocol ??= 'TCP'
}

function defaultSlice(slice: V1EndpointSlice): void {
  defaultPorts(slice.ports)
  for (const port of slice.ports ?? []) port.name ??= ''
}

function defaultEndpoints(endpoints: V1Endpoints): void {
  for (const subset of endpoints.subsets ?? []) defaultPorts(subset.ports)
}

function defaultPolicy({ spec }: V1NetworkPolicy): void {
  if (spec === undefined) return
  spec.policyTypes ??= spec.egress === undefined ? ['Ingress'] : ['Ingress', 'Egress']
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) defaultPorts(rule.ports)
}

function defaultBinding(binding: V1RoleBinding): void {
  if (binding.roleRef !== undefined) binding.roleRef.apiGroup ??= 'rbac.authorization.k8s.io'
  for (const subject of binding.subjects ?? []) {
    if (subject.kind === 'ServiceAccount') continue
    subject.apiGroup ??= 'rbac.authorization.k8s.io'
  }
}

function defaultStorageClass(storageClass: V1StorageClass): void {
  storageClass.reclaimPolicy ??= 'Delete'
  storageClass.volumeBindingMode ??= 'Immediate'
}

function defaultIngress(ingress: V1Ingress): void {
  ingress.status ??= { loadBalancer: {} }
}

function defaultQuota(quota: V1ResourceQuota): void {
  quota.status ??= {}
}

export const clusterDefaults: Readonly<Record<string, (object: KubeObject) => void>> = {
  namespaces: defaultNamespace,
  services: (object) => {
    defaultService(object as unknown as V1Service)
    object.status ??= { loadBalancer: {} }
  },
  secrets: (object) => defaultSecret(object as unknown as V1Secret),
  persistentvolumeclaims: (object) => defaultClaim(object as unknown as V1PersistentVolumeClaim),
  persistentvolumes: (object) => defaultVolume(object as unknown as V1PersistentVolume),
  resourcequotas: (object) => defaultQuota(object as unknown as V1ResourceQuota),
  endpoints: (object) => defaultEndpoints(object as unknown as V1Endpoints),
  'endpointslices.discovery.k8s.io': (object) => defaultSlice(object as unknown as V1EndpointSlice),
  'networkpolicies.networking.k8s.io': (object) => defaultPolicy(object as unknown as V1NetworkPolicy),
  'ingresses.networking.k8s.io': (object) => defaultIngress(object as unknown as V1Ingress),
  'rolebindings.rbac.authorization.k8s.io': (object) => defaultBinding(object as unknown as V1RoleBinding),
  'clusterrolebindings.rbac.authorization.k8s.io': (object) => defaultBinding(object as unknown as V1RoleBinding),
  'storageclasses.storage.k8s.io': (object) => defaultStorageClass(object as unknown as V1StorageClass),
}
