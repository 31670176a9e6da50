import { Ellipsis } from 'lucide-react'
import type { Cluster } from '#shared/contract/clusters.ts'
import { healthWords, isReachable, roleWords, useClusters } from '../../app/index.ts'
import {
  EnvironmentChip,
  formatPercent,
  Menu,
  ReadyBar,
  RelativeTime,
  Status,
  toneOfUse,
  UseBar,
  type Column,
} from '../../kit/index.ts'
import { fullerEntry } from './facts.ts'
import { useRowActions } from './useRowActions.ts'

/** Host and port of an address, as people speak of it. */
function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '')
}

/** What stands where a figure is missing, and why it is. */
function Absent({ cluster }: { cluster: Cluster }) {
  if (cluster.health === 'limited') return <Status status="noAccess">No access</Status>
  if (cluster.health === 'unreachable') return <Status status="unknown">Unknown</Status>
  return <span className="dim">–</span>
}

function NameCell({ cluster }: { cluster: Cluster }) {
  const { clusters } = useClusters()
  const fuller = fullerEntry(cluster, clusters)
  const parts = [hostOf(cluster.server), cluster.version].filter((part) => part !== undefined && part !== '')
  return (
    <div className="k-table-two">
      <span>
        <b className="strong truncate">{cluster.name}</b>
        <EnvironmentChip environment={cluster.environment} />
      </span>
      <span title={cluster.source}>
        {parts.join(' · ')}
        {cluster.role && cluster.role !== 'administrator' ? ` · ${roleWords[cluster.role]}` : null}
        {fuller ? ` · ${cluster.role === fuller.role ? 'same cluster as' : 'restricted user of'} ${fuller.name}` : null}
      </span>
    </div>
  )
}

function HealthCell({ cluster }: { cluster: Cluster }) {
  const { status, word } = healthWords[cluster.health]
  return (
    <div className="k-table-two">
      <Status status={status}>{word}</Status>
      <span className="fleet-under-word" title={cluster.summary}>
        {cluster.summary}
      </span>
    </div>
  )
}

function PodsCell({ cluster }: { cluster: Cluster }) {
  if (!cluster.pods) return <Absent cluster={cluster} />
  const { ready, total } = cluster.pods
  return (
    <>
      <ReadyBar ready={ready} total={total} label={`Pods ready on ${cluster.name}`} />
      <span>
        {ready}
        <span className="dim">/{total}</span>
      </span>
    </>
  )
}

function UseCell({ cluster }: { cluster: Cluster }) {
  if (!cluster.use) return <Absent cluster={cluster} />
  const row = (title: string, fraction: number) => (
    <span className="fleet-use" data-tone={toneOfUse(fraction)}>
      <span className="dim">{title}</span>
      <UseBar used={fraction} limit={1} label={`${title} of ${cluster.name}`} width={26} />
      <b>{formatPercent(fraction)}</b>
    </span>
  )
  return (
    <div>
      {row('CPU', cluster.use.cpu)}
      {row('Mem', cluster.use.memory)}
    </div>
  )
}

function BackupCell({ cluster }: { cluster: Cluster }) {
  const { lastBackup } = cluster
  if (!lastBackup) {
    if (isReachable(cluster) && cluster.suiteVersion !== undefined && cluster.health !== 'limited') {
      return <Status status="warning">None yet</Status>
    }
    return <Absent cluster={cluster} />
  }
  return (
    <div className="k-table-two">
      <Status status={lastBackup.state === 'verified' ? 'healthy' : 'waiting'}>
        <RelativeTime time={lastBackup.at} />
      </Status>
      <span className="fleet-under-word">
        {lastBackup.state === 'verified' ? 'verified by trial restore' : 'not verified'}
      </span>
    </div>
  )
}

function RowMenu({ cluster }: { cluster: Cluster }) {
  const items = useRowActions(cluster)
  return (
    <span className="fleet-menu" onClick={(event) => event.stopPropagation()}>
      <Menu
        label={`Actions on ${cluster.name}`}
        items={items}
        trigger={
          <button type="button" className="k-icon-button">
            <Ellipsis size={16} strokeWidth={1.6} aria-hidden />
          </button>
        }
      />
    </span>
  )
}

export const fleetColumns: readonly Column<Cluster>[] = [
  {
    id: 'cluster',
    title: 'Cluster',
    width: 'minmax(232px, 2fr)',
    isHeader: true,
    cell: (cluster) => <NameCell cluster={cluster} />,
    sortBy: (cluster) => cluster.name,
  },
  {
    id: 'health',
    title: 'Health',
    width: 'minmax(140px, 1.2fr)',
    cell: (cluster) => <HealthCell cluster={cluster} />,
    sortBy: (cluster) => cluster.health,
  },
  {
    id: 'suite',
    title: 'Suite version',
    width: 'minmax(96px, 0.6fr)',
    cell: (cluster) =>
      cluster.suiteVersion ??
      (isReachable(cluster) ? <span className="dim">Not deployed</span> : <Absent cluster={cluster} />),
    sortBy: (cluster) => cluster.suiteVersion ?? '',
  },
  {
    id: 'nodes',
    title: 'Nodes',
    width: 104,
    cell: (cluster) => (cluster.nodes ? `${cluster.nodes.ready}/${cluster.nodes.total}` : <Absent cluster={cluster} />),
  },
  { id: 'pods', title: 'Pods ready', width: 'minmax(110px, 0.7fr)', cell: (cluster) => <PodsCell cluster={cluster} /> },
  { id: 'use', title: 'Use', width: 'minmax(104px, 0.7fr)', cell: (cluster) => <UseCell cluster={cluster} /> },
  {
    id: 'backup',
    title: 'Verified backup',
    width: 'minmax(170px, 1fr)',
    cell: (cluster) => <BackupCell cluster={cluster} />,
    sortBy: (cluster) => cluster.lastBackup?.at ?? 0,
  },
  { id: 'menu', title: '', label: 'Actions', width: 44, cell: (cluster) => <RowMenu cluster={cluster} /> },
]
