import { Plus, RefreshCw } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { ContextRow } from '#shared/contract/clusters.ts'
import { addKubeconfig, navigate, PageHeader, reportError, useClusters } from '../../app/index.ts'
import { useCommand, useConnection, useStream } from '../../client/index.ts'
import { Button, DataTable, EmptyState, ErrorState, FilterField, Panel, plural, RelativeTime } from '../../kit/index.ts'
import { AttentionPanel } from './AttentionPanel.tsx'
import { ClusterDetails } from './ClusterDetails.tsx'
import { FirstSteps } from './FirstSteps.tsx'
import { fleetColumns } from './fleetColumns.tsx'
import { fleetRows, isFirstRun, type FleetRow } from './fleetRows.ts'
import { ProblemsPanel } from './ProblemsPanel.tsx'
import { SummaryStrip } from './SummaryStrip.tsx'
import './fleet.css'

const idOf = (row: FleetRow) => row.id
const markOf = (row: FleetRow) => row.environment
const open = (row: FleetRow) => navigate({ page: 'overview', cluster: row.best.id })
const details = (row: FleetRow) => (hasDetails(row) ? <ClusterDetails row={row} /> : null)

/** All clusters: what they are, how they are, what needs a person. */
export function FleetPage() {
  const { contexts, clusters, problems, isKnown, fault } = useClusters()
  useStream((client, signal) => client.clusters.checks({}, { signal }), [])
  const isLost = useConnection((connection) => connection.state !== 'connected')
  const [filter, setFilter] = useState('')
  const [active, setActive] = useState<string | null>(null)
  const rows = useMemo(() => fleetRows(contexts, clusters), [contexts, clusters])
  const shown = useMemo(() => rows.filter((row) => matches(row, filter)), [rows, filter])
  const checkAll = useCommand(
    (client) => client.clusters.check({}),
    (fault) => reportError(fault, 'The clusters were not checked.'),
  )
  const first = isKnown && isFirstRun(rows)
  return (
    <>
      <PageHeader
        title="Fleet"
        facts={
          <span>
            {isKnown ? <Count rows={rows} /> : null} <LastCheck contexts={contexts} />
          </span>
        }
        actions={
          <>
            <FilterField label="Filter clusters" value={filter} onChange={setFilter} width={200} />
            <Button icon={RefreshCw} busy={checkAll.isBusy} onClick={() => checkAll.run()}>
              Check all
            </Button>
            <Button kind={first ? 'default' : 'primary'} icon={Plus} onClick={() => addKubeconfig()}>
              Add cluster
            </Button>
          </>
        }
      />
      <div className="app-page">
        {first ? <FirstSteps rows={rows} /> : isKnown ? <SummaryStrip rows={rows} /> : null}
        <div className="fleet-table">
          <Panel isFlush label="Clusters">
            <DataTable
              label="Clusters"
              rows={shown}
              columns={fleetColumns}
              rowId={idOf}
              rowHeight={43}
              isPrimary
              isLoading={!isKnown && !fault}
              isStale={isLost}
              active={active}
              onActivate={setActive}
              onOpen={open}
              mark={markOf}
              expansion={details}
              filtered={
                filter === ''
                  ? undefined
                  : { total: rows.length, what: 'cluster', filter, onClear: () => setFilter('') }
              }
              empty={
                isKnown ? (
                  <EmptyState title="No clusters">
                    Add a kubeconfig file; every context in it becomes a row. The file is read, never changed.
                  </EmptyState>
                ) : fault ? (
                  <ErrorState fault={fault} title="The list of clusters could not be read" />
                ) : undefined
              }
            />
          </Panel>
        </div>
        {isKnown ? (
          <div className="fleet-lower">
            {first ? null : <AttentionPanel rows={rows} />}
            <ProblemsPanel problems={problems} />
          </div>
        ) : null}
      </div>
    </>
  )
}

function matches(row: FleetRow, filter: string): boolean {
  const ways = row.ways.map(({ name, server, health, version }) => `${name} ${server} ${health} ${version ?? ''}`)
  const suites = row.suites.map(({ namespace, version }) => `${namespace} ${version ?? ''}`)
  const text = [row.name, row.environment, ...ways, ...suites].join(' ').toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

const hasDetails = ({ best, ways, suites }: FleetRow): boolean =>
  best.health === 'unreachable' || ways.length > 1 || suites.length > 1

function Count({ rows }: { rows: readonly FleetRow[] }) {
  const ways = rows.flatMap((row) => row.ways).length
  return ways === rows.length
    ? plural(rows.length, 'cluster')
    : `${plural(rows.length, 'cluster')} by ${plural(ways, 'context')}`
}

function LastCheck({ contexts }: { contexts: readonly ContextRow[] }) {
  const newest = Math.max(0, ...contexts.map(({ checkedAt }) => checkedAt ?? 0))
  return newest === 0 ? null : (
    <>
      · checked <RelativeTime time={newest} />
    </>
  )
}
