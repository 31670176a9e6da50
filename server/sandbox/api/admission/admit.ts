import type { V1Pod } from '../schema/models.ts'
import { resourceRow, type ResourceRow } from '../../store/resources.ts'
import type { KubeObject, Store } from '../../store/types.ts'
import { forbidden, notFound } from '../errors.ts'
import type { AllocateClusterIp } from '../podEndpoints.ts'
import { assignServiceAddress } from './serviceAddress.ts'
import { applyLimitRanges } from './limitRange.ts'
import { checkQuota } from './quota.ts'
import { enforcePodSecurity } from './podSecurity/podSecurity.ts'

const namespaces = resourceRow('namespaces')
const pods = resourceRow('pods')
const defaultClass = 'storageclass.kubernetes.io/is-default-class'

/** 404 for a namespace that is not there; 403 with the cause NamespaceTerminating for one that is going away. */
export function checkNamespace(store: Store, row: ResourceRow, object: KubeObject): void {
  const name = object.metadata.namespace ?? ''
  const namespace = store.get('namespaces', undefined, name)
  if (namespace === undefined) throw notFound(namespaces, name)
  if (namespace.metadata.deletionTimestamp === undefined) return
  throw forbidden(
    row,
    object.metadata.name,
    `unable to create new content in namespace ${name} because it is being terminated`,
    [{ reason: 'NamespaceTerminating', message: `namespace ${name} is being terminated`, field: 'metadata.namespace' }],
  )
}

/** A pod runs under `default`, which every namespace gets, unless it names another account, which must exist. */
function assignServiceAccount(store: Store, object: KubeObject): void {
  const { spec } = object as unknown as V1Pod
  if (spec === undefined) return
  spec.serviceAccountName ??= 'default'
  spec.serviceAccount ??= spec.serviceAccountName
  const { serviceAccountName: name } = spec
  if (name === 'default') return
  if (store.get('serviceaccounts', object.metadata.namespace, name) !== undefined) return
  throw forbidden(
    pods,
    object.metadata.name,
    `error looking up service account ${object.metadata.namespace ?? ''}/${name}: serviceaccount "${name}" not found`,
  )
}

/** How a pod ranks when memory runs short, by what its containers ask for. */
function qosClass({ spec }: V1Pod): string {
  const containers = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])]
  const asks = containers.flatMap(({ resources }) => ['cpu', 'memory'].map((name) => [resources?.limits?.[name], resources?.requests?.[name]])) // prettier-ignore
  if (asks.every(([limit, request]) => limit === undefined && request === undefined)) return 'BestEffort'
  return asks.every(([limit, request]) => limit !== undefined && (request ?? limit) === limit)
    ? 'Guaranteed'
    : 'Burstable'
}

/** Pods carry the number of their priority class; the taints every node may get are tolerated for five minutes. */
function completePod(store: Store, object: KubeObject): void {
  const { spec } = object as unknown as V1Pod
  if (spec === undefined) return
  spec.enableServiceLinks ??= true
  spec.preemptionPolicy ??= 'PreemptLowerPriority'
  if (spec.priorityClassName === undefined) spec.priority ??= 0
  else {
    const found = store.get('priorityclasses.scheduling.k8s.io', undefined, spec.priorityClassName)
    if (found === undefined) {
      throw forbidden(pods, object.metadata.name, `no PriorityClass with name ${spec.priorityClassName} was found`)
    }
    spec.priority = Number(found.value)
  }
  spec.tolerations ??= []
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    if (spec.tolerations.some((each) => each.key === key)) continue
    spec.tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })
  }
}

function assignStorageClass(store: Store, claim: KubeObject): void {
  const spec = (claim.spec ??= {})
  if (spec.storageClassName !== undefined) return
  const chosen = store
    .list('storageclasses.storage.k8s.io')
    .find((each) => each.metadata.annotations?.[defaultClass] === 'true')
  if (chosen !== undefined) spec.storageClassName = chosen.metadata.name
}

/** What admission adds to a new object, before validation. */
export function completeNew(store: Store, row: ResourceRow, object: KubeObject, allocate: AllocateClusterIp): void {
  switch (row.name) {
    case 'pods':
      assignServiceAccount(store, object)
      completePod(store, object)
      applyLimitRanges(store, object)
      object.status = { phase: 'Pending', qosClass: qosClass(object as unknown as V1Pod), ...object.status }
      return
    case 'persistentvolumeclaims':
      assignStorageClass(store, object)
      return
    case 'services':
      assignServiceAddress(store, object, undefined, allocate)
      return
    default:
  }
}

/** What admission says to a complete new object. */
export function admitNew(store: Store, row: ResourceRow, object: KubeObject): void {
  if (!row.namespaced) return
  enforcePodSecurity(store, row, object)
  checkQuota(store, row, object)
}
