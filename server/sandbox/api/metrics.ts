import type { KubeObject } from '../store/types.ts'
import type { ApiContext } from './context.ts'
import { ApiError, notFound } from './errors.ts'
import type { NodeUsage, PodUsage } from './podEndpoints.ts'
import { presentationOf } from './present.ts'
import { ok, type ApiRequest, type Reply } from './request.ts'
import type { ResourceRequest } from './requestInfo.ts'
import { labelMatcher } from './selectors.ts'
import { partial } from './table/table.ts'

interface Measured {
  name: string
  namespace?: string
  cpuMillicores: number
  memoryBytes: number
  object: KubeObject
}

const quantities = (cpuMillicores: number, memoryBytes: number) => ({
  // Nanocores and kibibytes, as metrics-server reports them.
  cpu: `${Math.round(cpuMillicores * 1e6)}n`,
  memory: `${Math.ceil(memoryBytes / 1024)}Ki`,
})

const sample = ({ timestamp, windowSeconds }: PodUsage | NodeUsage) => ({
  timestamp: timestamp.toISOString().replace(/\.\d+Z$/, 'Z'),
  window: `${windowSeconds.toFixed(3)}s`,
})

const notReady = (): ApiError =>
  new ApiError(503, 'ServiceUnavailable', 'metrics not available yet: the node has not measured anything so far')

function measuredPods({ store, endpoints }: ApiContext): Measured[] {
  const usage = endpoints?.podUsage()
  if (usage === undefined) throw notReady()
  return usage.flatMap((pod) => {
    const known = store.get('pods', pod.namespace, pod.name)
    if (known === undefined) return []
    const { labels } = known.metadata
    return {
      name: pod.name,
      namespace: pod.namespace,
      cpuMillicores: pod.containers.reduce((sum, each) => sum + each.cpuMillicores, 0),
      memoryBytes: pod.containers.reduce((sum, each) => sum + each.memoryBytes, 0),
      object: {
        kind: 'PodMetrics',
        apiVersion: 'metrics.k8s.io/v1beta1',
        metadata: { name: pod.name, namespace: pod.namespace, creationTimestamp: sample(pod).timestamp, ...(labels && { labels }) }, // prettier-ignore
        ...sample(pod),
        containers: pod.containers.map((each) => ({ name: each.name, usage: quantities(each.cpuMillicores, each.memoryBytes) })), // prettier-ignore
      } as unknown as KubeObject,
    }
  })
}

function measuredNodes({ store, endpoints }: ApiContext): Measured[] {
  const usage = endpoints?.nodeUsage()
  if (usage === undefined) throw notReady()
  return usage.map((node) => {
    const labels = store.get('nodes', undefined, node.name)?.metadata.labels
    return {
      name: node.name,
      cpuMillicores: node.cpuMillicores,
      memoryBytes: node.memoryBytes,
      object: {
        kind: 'NodeMetrics',
        apiVersion: 'metrics.k8s.io/v1beta1',
        metadata: { name: node.name, creationTimestamp: sample(node).timestamp, ...(labels && { labels }) },
        ...sample(node),
        usage: quantities(node.cpuMillicores, node.memoryBytes),
      } as unknown as KubeObject,
    }
  })
}

function table(measured: readonly Measured[]): object {
  const columns = ['Name', 'CPU', 'Memory']
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata: {},
    columnDefinitions: columns.map((name) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: '',
      priority: 0,
    })),
    rows: measured.map(({ name, cpuMillicores, memoryBytes, object }) => ({
      cells: [name, `${Math.round(cpuMillicores)}m`, `${Math.ceil(memoryBytes / 1024)}Ki`],
      object: partial(object),
    })),
  }
}

/** `metrics.k8s.io/v1beta1` nodes and pods: get and list. 503 while nothing was measured. */
export function handleMetrics(context: ApiContext, request: ApiRequest, info: ResourceRequest): Reply {
  const isPods = info.resource === 'pods'
  const all = isPods ? measuredPods(context) : measuredNodes(context)
  const matches = labelMatcher(request.query.get('labelSelector') ?? '')
  const found = all.filter(
    (each) =>
      (info.namespace === '' || each.namespace === info.namespace) &&
      (info.name === '' || each.name === info.name) &&
      matches(each.object),
  )
  const asTable = presentationOf(request.incoming.headers.accept, request.query).as === 'Table'
  if (asTable) return ok(table(found))
  if (info.name === '') {
    const kind = isPods ? 'PodMetricsList' : 'NodeMetricsList'
    return ok({ kind, apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items: found.map((each) => each.object) })
  }
  const [one] = found
  if (one === undefined) {
    const row = { group: 'metrics.k8s.io', plural: info.resource, kind: isPods ? 'PodMetrics' : 'NodeMetrics' }
    throw notFound(row, info.namespace === '' ? info.name : `${info.namespace}/${info.name}`)
  }
  return ok(one.object)
}
