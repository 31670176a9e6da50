import { navigate } from '../../app/index.ts'
import type { StreamState } from '../../client/index.ts'
import {
  EmptyState,
  ErrorState,
  LoadingState,
  Panel,
  plural,
  ServiceMap,
  StaleChip,
  type ServiceBox,
} from '../../kit/index.ts'
import type { FeedState } from '#shared/contract/base.ts'
import type { ServiceNode } from '#shared/contract/services.ts'
import { shortName, statusOf } from './statusWords.ts'

interface MapBatch {
  feed: FeedState
  nodes: ServiceNode[]
}

/** Which service calls which, and how its pods are. */
export function MapPanel({ map }: { map: StreamState<MapBatch> }) {
  const feed = map.value?.feed
  const staleSince = feed?.state === 'stale' ? feed.since : map.staleSince
  const nodes = map.value?.nodes ?? []
  return (
    <Panel
      title="Service map"
      isStale={staleSince !== undefined}
      aside={
        <>
          {staleSince === undefined ? null : <StaleChip since={staleSince} />}
          {nodes.length > 0 ? plural(nodes.length, 'service') : null}
          <Legend />
        </>
      }
    >
      <MapContent map={map} />
    </Panel>
  )
}

function MapContent({ map }: { map: StreamState<MapBatch> }) {
  const feed = map.value?.feed
  if (map.error && !map.value) return <ErrorState fault={map.error} onRetry={map.retry} />
  if (feed?.state === 'failed') return <ErrorState fault={feed.fault} onRetry={map.retry} />
  if (!map.value || (feed?.state === 'loading' && map.value.nodes.length === 0)) return <LoadingState rows={6} />
  if (map.value.nodes.length === 0) return <EmptyState title="No services in this namespace" />
  return (
    <ServiceMap
      services={map.value.nodes.map(boxOf)}
      onOpen={(id) => navigate({ page: 'workloads', parameters: { filter: `service:${id}` } })}
    />
  )
}

function boxOf(node: ServiceNode): ServiceBox {
  return {
    id: node.name,
    title: shortName(node.name),
    port: node.ports.join(' '),
    status: statusOf(node.health),
    pods: node.pods.map((pod) => ({ name: pod.name, status: statusOf(pod.health) })),
    note: node.summary,
    calls: node.calls,
  }
}

function Legend() {
  return (
    <span className="overview-legend" aria-hidden>
      <span>
        <i className="k-square k-square-healthy" /> ready
      </span>
      <span>
        <i className="k-square k-square-progress" /> starting
      </span>
      <span>
        <i className="k-square k-square-failed" /> failing
      </span>
    </span>
  )
}
