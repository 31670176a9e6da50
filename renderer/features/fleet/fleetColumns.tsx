import { Ellipsis } from 'lucide-react'
import { healthWords, isReachable, isUnasked, roleWords } from '../../app/index.ts'
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
import { isLookedAt, worstBackedUp, type FleetRow } from './fleetRows.ts'
import { useRowActions } from './useRowActions.ts'

/** Host and port of an address, as people speak of it. */
function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '')
}

/** What stands where a figure is missing, and why it is. */
function Absent({ row: { best } }: { row: FleetRow }) {
  if (best.health === 'limited') return <Status status="noAccess">No access</Status>
  if (best.health === 'unreachable') return <Status status="unknown">Unknown</Status>
  if (isUnasked(best) || best.health === 'reachable') return <span className="dim">Checking</span>
  return <span className="dim">–</span>
}

function NameCell({ row: { name, environment, best, ways } }: { row: FleetRow }) {
  const parts = [hostOf(best.server), best.version].filter((part) => part !== undefined && part !== '')
  return (
    <div className="k-table-two">
      <span>
        <b className="strong truncate" data-context={ways.length === 1 ? best.id : undefined}>
          {name}
        </b>
        <EnvironmentChip environment={environment} />
      </span>
      <span title={best.source}>
        {parts.join(' · ')}
        {best.role && best.role !== 'administrator' ? ` · ${roleWords[best.role]}` : null}
        {ways.length > 1 ? ` · ${ways.length} contexts` : null}
      </span>
    </div>
  )
}

function HealthCell({ row }: { row: FleetRow }) {
  const { health, summary } = row.best
  const { status, word } = healthWords[health]
  return (
    <div className="k-table-two">
      <Status status={status}>{word}</Status>
      <span className="fleet-under-word" title={summary}>
        {summary}
      </span>
    </div>
  )
}

function SuiteCell({ row }: { row: FleetRow }) {
  const [first, ...others] = row.suites
  const isSeen = row.suitesSeen === 'all' || row.suitesSeen === 'some'
  if (!isSeen || !isReachable(row.best)) return <Absent row={row} />
  if (!first) return <span className="dim">{row.suitesSeen === 'all' ? 'Not deployed' : 'None visible'}</span>
  if (others.length > 0) return <>{row.suites.length} suites</>
  return first.version ?? <span className="dim">No backend</span>
}

function PodsCell({ row }: { row: FleetRow }) {
  if (!row.best.pods) return <Absent row={row} />
  const { ready, total } = row.best.pods
  return (
    <>
      <ReadyBar ready={ready} total={total} label={`Pods ready on ${row.name}`} />
      <span>
        {ready}
        <span className="dim">/{total}</span>
      </span>
    </>
  )
}

function UseCell({ row }: { row: FleetRow }) {
  const { use } = row.best
  if (!use) return <Absent row={row} />
  const line = (title: string, fraction: number) => (
    <span className="fleet-use" data-tone={toneOfUse(fraction)}>
      <span className="dim">{title}</span>
      <UseBar used={fraction} limit={1} label={`${title} of ${row.name}`} width={26} />
      <b>{formatPercent(fraction)}</b>
    </span>
  )
  return (
    <div>
      {line('CPU', use.cpu)}
      {line('Mem', use.memory)}
    </div>
  )
}

const backupStatus = { verified: 'healthy', intact: 'waiting', damaged: 'failed' } as const
const backupWords = { verified: 'verified by trial restore', intact: 'not verified', damaged: 'damaged' } as const

/** The newest backup; of several suites, of the one that is least backed up. */
function BackupCell({ row }: { row: FleetRow }) {
  const suite = worstBackedUp(row)
  if (!suite) return isLookedAt(row) && row.suitesSeen === 'all' ? <span className="dim">–</span> : <Absent row={row} />
  const { lastBackup } = suite
  if (!lastBackup) return <Status status="warning">None</Status>
  return (
    <div className="k-table-two">
      <Status status={backupStatus[lastBackup.state]}>
        <RelativeTime time={lastBackup.at} />
      </Status>
      <span className="fleet-under-word">
        {row.suites.length > 1 ? `${suite.namespace}, ` : ''}
        {backupWords[lastBackup.state]}
      </span>
    </div>
  )
}

function RowMenu({ row }: { row: FleetRow }) {
  const items = useRowActions(row)
  return (
    <span className="fleet-menu" onClick={(event) => event.stopPropagation()}>
      <Menu
        label={`Actions on ${row.name}`}
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

export const fleetColumns: readonly Column<FleetRow>[] = [
  {
    id: 'cluster',
    title: 'Cluster',
    width: 'minmax(232px, 2fr)',
    isHeader: true,
    cell: (row) => <NameCell row={row} />,
    sortBy: (row) => row.name,
  },
  {
    id: 'health',
    title: 'Health',
    width: 'minmax(140px, 1.2fr)',
    cell: (row) => <HealthCell row={row} />,
    sortBy: (row) => row.best.health,
  },
  {
    id: 'suite',
    title: 'Suite version',
    width: 'minmax(96px, 0.6fr)',
    cell: (row) => <SuiteCell row={row} />,
    sortBy: (row) => row.suites[0]?.version ?? '',
  },
  {
    id: 'nodes',
    title: 'Nodes',
    width: 104,
    cell: (row) => (row.best.nodes ? `${row.best.nodes.ready}/${row.best.nodes.total}` : <Absent row={row} />),
  },
  { id: 'pods', title: 'Pods ready', width: 'minmax(110px, 0.7fr)', cell: (row) => <PodsCell row={row} /> },
  { id: 'use', title: 'Use', width: 'minmax(104px, 0.7fr)', cell: (row) => <UseCell row={row} /> },
  {
    id: 'backup',
    title: 'Last backup',
    width: 'minmax(170px, 1fr)',
    cell: (row) => <BackupCell row={row} />,
    sortBy: (row) => worstBackedUp(row)?.lastBackup?.at ?? 0,
  },
  { id: 'menu', title: '', label: 'Actions', width: 44, cell: (row) => <RowMenu row={row} /> },
]
