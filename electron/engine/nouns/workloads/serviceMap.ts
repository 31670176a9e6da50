import type { V1Service } from '@kubernetes/client-node'
import type { ServiceNode } from '#shared/contract/services.ts'
import { selects, type KubeObject, type LabelSelector } from '../../kube/index.ts'
import { builtIn, type Kind } from '../../objects/kind.ts'
import type { PodFacts } from '../../objects/pods/podFacts.ts'

/** A pod, a service, a config map or a network policy reduced to what the map needs. */
export type MapRow =
  | {
      kind: 'pod'
      name: string
      labels: Readonly<Record<string, string>>
      health: ServiceNode['health']
      texts: readonly string[]
      configMaps: readonly string[]
    }
  | {
      kind: 'service'
      name: string
      selector: Record<string, string>
      ports: number[]
      clusterIp: string
      headless: boolean
    }
  | { kind: 'configMap'; name: string; values: string[] }
  /** Who may reach the selected pods, where the policy names pods of this namespace. */
  | { kind: 'policy'; to: LabelSelector; from: LabelSelector[] }

export function mapPod({ row, labels, texts, configMaps }: PodFacts): MapRow {
  return { kind: 'pod', name: row.name, labels, health: row.health, texts, configMaps }
}

/** One that cannot be read is no box and no arrow: its pods stay where they are. */
const unreadable = ({ metadata }: KubeObject): MapRow => ({ kind: 'configMap', name: metadata.name, values: [] })

/** What the map reads beside the pods. */
export const mapKinds: Kind<MapRow>[] = [
  { resource: builtIn('Service', 'services'), facts: mapService, unreadable },
  { resource: builtIn('ConfigMap', 'configmaps'), facts: mapConfig, unreadable },
  { resource: builtIn('NetworkPolicy', 'networkpolicies.networking.k8s.io'), facts: mapPolicy, unreadable },
]

function mapService(object: KubeObject): MapRow {
  const { spec } = object as unknown as V1Service
  return {
    kind: 'service',
    name: object.metadata.name,
    selector: spec?.selector ?? {},
    ports: (spec?.ports ?? []).map(({ port }) => port),
    clusterIp: spec?.clusterIP ?? '',
    headless: spec?.clusterIP === 'None',
  }
}

function mapConfig(object: KubeObject): MapRow {
  const data = (object.data ?? {}) as Record<string, string>
  return { kind: 'configMap', name: object.metadata.name, values: Object.values(data).map(String) }
}

/** As it comes over the wire; the client's classes rename `from`. */
interface PolicySpec {
  podSelector?: LabelSelector
  ingress?: { from?: { podSelector?: LabelSelector; namespaceSelector?: LabelSelector }[] }[]
}

function mapPolicy(object: KubeObject): MapRow {
  const spec = object.spec as PolicySpec | undefined
  const peers = (spec?.ingress ?? []).flatMap((rule) => rule.from ?? [])
  const from = peers.flatMap(({ podSelector, namespaceSelector }) =>
    podSelector && !namespaceSelector ? [podSelector] : [],
  )
  return { kind: 'policy', to: spec?.podSelector ?? {}, from }
}

/**
 * The boxes and arrows of the overview. A service calls another where a network policy lets its pods reach the
 * other's; in a namespace without such policies, where the configuration of its pods names the other as a host. A headless
 * twin of a service with the same pods is left out.
 */
export function serviceMap(rows: MapRow[]): ServiceNode[] {
  const pods = rows.filter((row) => row.kind === 'pod')
  const configs = new Map(rows.filter((row) => row.kind === 'configMap').map((row) => [row.name, row.values]))
  const services = rows.filter((row) => row.kind === 'service' && Object.keys(row.selector).length > 0) as Extract<
    MapRow,
    { kind: 'service' }
  >[]
  const policies = rows.filter((row) => row.kind === 'policy' && row.from.length > 0) as Extract<
    MapRow,
    { kind: 'policy' }
  >[]
  const reaches = (
    own: { labels: Readonly<Record<string, string>> }[],
    texts: readonly string[],
    other: { name: string; selector: Record<string, string> },
  ) =>
    policies.length === 0
      ? texts.some((text) => namesHost(text, other.name))
      : policies.some(
          ({ to, from }) =>
            selects(to, other.selector) && from.some((peer) => own.some(({ labels }) => selects(peer, labels))),
        )
  const selectorOf = (service: { selector: object }) => JSON.stringify(service.selector)
  const shown = services.filter(
    (service) =>
      !service.headless || !services.some((twin) => !twin.headless && selectorOf(twin) === selectorOf(service)),
  )
  return shown
    .map((service) => {
      const own = pods.filter((pod) => pod.health !== 'off' && matches(pod.labels, service.selector))
      // Replicas say the same: each text, and each set of labels, is looked at once.
      const configMaps = new Set(own.flatMap((pod) => pod.configMaps))
      const texts = new Set([
        ...own.flatMap((pod) => pod.texts),
        ...[...configMaps].flatMap((name) => configs.get(name) ?? []),
      ])
      const kinds = [...new Map(own.map((pod) => [pod.labels, pod])).values()]
      return {
        name: service.name,
        ports: service.ports,
        clusterIp: service.clusterIp,
        pods: own.map(({ name, health }) => ({ name, health })),
        ...summary(own.map((pod) => pod.health)),
        calls: shown.filter((other) => other !== service && reaches(kinds, [...texts], other)).map(({ name }) => name),
      }
    })
    .sort((a, b) => a.name.localeCompare(b.name))
}

function matches(labels: Readonly<Record<string, string>>, selector: Record<string, string>): boolean {
  return Object.entries(selector).every(([key, value]) => labels[key] === value)
}

/** The name stands alone or as the first label of a host name: `redis`, `redis:6379`, `http://redis.ns.svc/`. */
function namesHost(text: string, service: string): boolean {
  return new RegExp(`(^|[/@,\\s])${service}(?=$|[.:/,\\s])`).test(text)
}

function summary(healths: ServiceNode['health'][]): Pick<ServiceNode, 'health' | 'summary'> {
  const failing = healths.filter((health) => health === 'failed').length
  const ready = healths.filter((health) => health === 'healthy').length
  if (healths.length === 0) return { health: 'off', summary: 'no pods' }
  if (failing > 0) return { health: 'failed', summary: `${failing} ${failing === 1 ? 'pod' : 'pods'} failing` }
  if (ready < healths.length) return { health: 'progress', summary: `${ready} of ${healths.length} ready` }
  return { health: 'healthy', summary: 'all ready' }
}
