import type { Fault } from '#shared/contract/base.ts'
import { faultOf } from '#shared/errors.ts'
import {
  discover,
  listObjects,
  type ApiResource,
  type ClusterConnection,
  type KubeObject,
} from '../../../kube/index.ts'
import { idOf, partOf } from '../../../objects/objects.ts'
import { objectsOf, type ReleaseRecord } from '../releases/record.ts'
import { releaseLabel } from '../releases/store.ts'

/** What a cluster holds of one suite, and what else lies in its namespace. */
export interface Inventory {
  /** Absent where there is none, or it may not be read; then it is in `unread`. */
  namespace?: KubeObject
  /** In the namespace. What has a controller is not among them: it goes with its owner. */
  own: KubeObject[]
  /** In the namespace, and not the suite's. */
  foreign: KubeObject[]
  clusterScoped: KubeObject[]
  /** Cluster-wide objects of the suite that other suites use as well. */
  shared: KubeObject[]
  /** PersistentVolumes bound to claims of this namespace. */
  volumes: KubeObject[]
  unread: { kind: string; fault: Fault }[]
}

const console = { label: 'app.kubernetes.io/managed-by', value: 'agency-swarm-console' }
/** Earlier versions of edited objects, as the configuration editor keeps them. */
const keptPrefix = 'agency-swarm-previous-'
const [[partLabel, partValue] = ['', '']] = Object.entries(partOf)

/** What Kubernetes makes in every namespace, and what it only reports. */
const isOfKubernetes = ({ kind, metadata: { name } }: KubeObject): boolean =>
  (kind === 'ServiceAccount' && name === 'default') ||
  (kind === 'ConfigMap' && name === 'kube-root-ca.crt') ||
  ['Event', 'Endpoints', 'EndpointSlice', 'PodMetrics'].includes(kind)

const hasOwner = ({ metadata }: KubeObject): boolean =>
  (metadata.ownerReferences ?? []).some(({ controller }) => controller === true)

/** Kinds that are served in several versions or groups are looked at once. */
function listable(resources: readonly ApiResource[]): ApiResource[] {
  const seen = new Set<string>()
  return resources.filter(({ namespaced, verbs, group, kind }) => {
    const key = kind === 'Event' ? kind : `${group} ${kind}`
    if (!namespaced || group === 'metrics.k8s.io' || !verbs.includes('list') || !verbs.includes('delete')) return false
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

const apiVersionOf = ({ group, version }: ApiResource): string => (group === '' ? version : `${group}/${version}`)

/** Lists everything in the suite's namespace, and what belongs to it in the cluster as a whole. @throws CANCELLED; what discovery throws */
export async function takeInventory(
  connection: ClusterConnection,
  namespace: string,
  records: readonly ReleaseRecord[],
  signal?: AbortSignal,
): Promise<Inventory> {
  const unread: Inventory['unread'] = []
  const all = async (apiVersion: string, kind: string, inNamespace?: string): Promise<KubeObject[]> => {
    try {
      return await listObjects(connection, { apiVersion, kind }, { ...(inNamespace !== undefined && { namespace: inNamespace }), ...(signal && { signal }) }) // prettier-ignore
    } catch (thrown) {
      const fault = faultOf(thrown)
      if (fault.code === 'CANCELLED') throw thrown
      unread.push({ kind, fault })
      return []
    }
  }
  const { all: served } = await discover(connection, { refresh: true, ...(signal && { signal }) })
  const kinds = listable(served)
  const inside: KubeObject[] = []
  for (const resource of kinds) inside.push(...(await all(apiVersionOf(resource), resource.kind, namespace)))
  const isOwn = ownership(records, inside)
  const independent = inside.filter((object) => !isOfKubernetes(object) && !hasOwner(object))
  const rbac = 'rbac.authorization.k8s.io/v1'
  const [namespaces, roles, bindings, volumes] = await Promise.all([
    all('v1', 'Namespace'),
    all(rbac, 'ClusterRole'),
    all(rbac, 'ClusterRoleBinding'),
    all('v1', 'PersistentVolume'),
  ])
  const found = namespaces.find(({ metadata }) => metadata.name === namespace)
  return {
    ...(found && { namespace: found }),
    own: independent.filter(isOwn),
    foreign: independent.filter((object) => !isOwn(object)),
    ...ofCluster(roles, bindings, namespace),
    volumes: volumes.filter((volume) => claimOf(volume).namespace === namespace),
    unread,
  }
}

/** Labelled as part of the suite, made by this console, recorded in a release, or the claim of one of its StatefulSets. */
function ownership(records: readonly ReleaseRecord[], inside: readonly KubeObject[]): (object: KubeObject) => boolean {
  const recorded = new Set(records.flatMap(objectsOf).map(idOf))
  const marked = ({ metadata: { labels = {}, name }, kind }: KubeObject): boolean =>
    labels[partLabel] === partValue ||
    labels[console.label] === console.value ||
    labels[releaseLabel] !== undefined ||
    (kind === 'Secret' && name.startsWith(keptPrefix))
  const sets = [...inside, ...records.flatMap(objectsOf)].filter(
    (object) => object.kind === 'StatefulSet' && (marked(object) || recorded.has(idOf(object))),
  )
  const claims = sets.flatMap(({ metadata, spec }) => {
    const templates = (spec as { volumeClaimTemplates?: { metadata?: { name?: string } }[] | null } | undefined)
      ?.volumeClaimTemplates
    return (templates ?? []).map((template) => `${template.metadata?.name ?? ''}-${metadata.name}-`)
  })
  const isClaimed = ({ kind, metadata: { name } }: KubeObject): boolean =>
    kind === 'PersistentVolumeClaim' &&
    claims.some((prefix) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
  return (object) => marked(object) || recorded.has(idOf(object)) || isClaimed(object)
}

interface Binding {
  roleRef?: { kind?: string; name?: string }
  subjects?: { namespace?: string }[] | null
}

/** Bindings whose subjects are of this namespace; roles that no other binding names. */
function ofCluster(
  roles: readonly KubeObject[],
  bindings: readonly KubeObject[],
  namespace: string,
): Pick<Inventory, 'clusterScoped' | 'shared'> {
  const isPart = ({ metadata }: KubeObject): boolean => metadata.labels?.[partLabel] === partValue
  const isHere = (binding: KubeObject): boolean => {
    const subjects = (binding as Binding).subjects ?? []
    return subjects.length > 0 && subjects.every((subject) => subject.namespace === namespace)
  }
  const own = bindings.filter((binding) => isPart(binding) && isHere(binding))
  const isNamedElsewhere = (role: KubeObject): boolean =>
    bindings.some((binding) => {
      const { kind, name } = (binding as Binding).roleRef ?? {}
      return !own.includes(binding) && kind === 'ClusterRole' && name === role.metadata.name
    })
  const named = new Set(own.map((binding) => (binding as Binding).roleRef?.name))
  const used = roles.filter((role) => isPart(role) && named.has(role.metadata.name))
  return {
    clusterScoped: [...own, ...used.filter((role) => !isNamedElsewhere(role))],
    shared: used.filter(isNamedElsewhere),
  }
}

/** The claim that a PersistentVolume is bound to, or was. */
export const claimOf = (volume: KubeObject): { namespace?: string; name?: string } =>
  (volume.spec as { claimRef?: { namespace?: string; name?: string } } | undefined)?.claimRef ?? {}
