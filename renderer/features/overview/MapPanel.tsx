import { navigate } from '../../app/index.ts'
import { viewOfList, type ListView, type StreamState } from '../../client/index.ts'
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
  const nodes = map.value?.nodes ?? []
  const view = viewOfList(map, map.value?.feed, nodes.length)
  const staleSince = view.state === 'shown' ? view.staleSince : undefined
  return (
    <Panel
      title="Service map"
      isStale={staleSince !== undefined}
      aside={
        <>
          {staleSince === undefined ? null : <StaleChip since={staleSince} />}
          {nodes.length > 0 ? plural(nodes.length, 'service') : null}
          {nodes.length > 0 ? <Legend /> : null}
        </>
      }
    >
      <MapContent view={view} nodes={nodes} onRetry={map.retry} />
    </Panel>
  )
}

interface MapContentProps {
  view: ListView
  nodes: readonly ServiceNode[]
  onRetry: () => void
}

function MapContent({ view, nodes, onRetry }: MapContentProps) {
  if (view.state === 'unknown') return <ErrorState fault={view.fault} onRetry={onRetry} />
  if (view.state === 'loading') return <LoadingState rows={6} />
  if (nodes.length === 0) return <EmptyState title="No services in this namespace" />
  return (
    <ServiceMap
      services={nodes.map(boxOf)}
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
