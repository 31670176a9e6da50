import { Plus, RefreshCw } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Cluster } from '#shared/contract/clusters.ts'
import { addKubeconfig, navigate, PageHeader, reportError, useClusters } from '../../app/index.ts'
import { useCommand, useConnection } from '../../client/index.ts'
import { Button, DataTable, EmptyState, FilterField, Panel, plural, RelativeTime } from '../../kit/index.ts'
import { AttentionPanel } from './AttentionPanel.tsx'
import { Diagnosis } from './Diagnosis.tsx'
import { FirstSteps } from './FirstSteps.tsx'
import { fleetColumns } from './fleetColumns.tsx'
import { distinct, isFirstRun, orderFleet } from './facts.ts'
import { ProblemsPanel } from './ProblemsPanel.tsx'
import { SummaryStrip } from './SummaryStrip.tsx'
import './fleet.css'

const idOf = (cluster: Cluster) => cluster.id
const markOf = (cluster: Cluster) => cluster.environment
const open = (cluster: Cluster) => navigate({ page: 'overview', cluster: cluster.id })
const diagnose = (cluster: Cluster) => (cluster.health === 'unreachable' ? <Diagnosis cluster={cluster} /> : null)

/** All clusters: what they are, how they are, what needs a person. */
export function FleetPage() {
  const { clusters, problems, isKnown } = useClusters()
  const isLost = useConnection((connection) => connection.state !== 'connected')
  const [filter, setFilter] = useState('')
  const [active, setActive] = useState<string | null>(null)
  const shown = useMemo(() => orderFleet(clusters).filter((cluster) => matches(cluster, filter)), [clusters, filter])
  const checkAll = useCommand(
    (client) => client.clusters.check({}),
    (fault) => reportError(fault, 'The clusters were not checked.'),
  )
  const first = isKnown && isFirstRun(clusters)
  return (
    <>
      <PageHeader
        title="Fleet"
        facts={
          <span>
            <Count clusters={clusters} /> <LastCheck clusters={clusters} />
          </span>
        }
        actions={
          <>
            <FilterField label="Filter clusters" value={filter} onChange={setFilter} width={200} />
            <Button icon={RefreshCw} busy={checkAll.isBusy} onClick={() => void checkAll.run()}>
              Check all
            </Button>
            <Button kind={first ? 'default' : 'primary'} icon={Plus} onClick={() => void addKubeconfig()}>
              Add cluster
            </Button>
          </>
        }
      />
      <div className="app-page">
        {first ? <FirstSteps clusters={clusters} /> : <SummaryStrip clusters={clusters} />}
        <div className="fleet-table">
          <Panel isFlush label="Clusters">
            <DataTable
              label="Clusters"
              rows={shown}
              columns={fleetColumns}
              rowId={idOf}
              rowHeight={43}
              isPrimary
              isLoading={!isKnown}
              isStale={isLost}
              active={active}
              onActivate={setActive}
              onOpen={open}
              mark={markOf}
              expansion={diagnose}
              filtered={
                filter === ''
                  ? undefined
                  : { total: clusters.length, what: 'cluster', filter, onClear: () => setFilter('') }
              }
              empty={
                <EmptyState title="No cluster is known">
                  Add a kubeconfig file; every context in it becomes a row. The file is read, never changed.
                </EmptyState>
              }
            />
          </Panel>
        </div>
        {isKnown ? (
          <div className="fleet-lower">
            {first ? null : <AttentionPanel clusters={clusters} />}
            <ProblemsPanel problems={problems} />
          </div>
        ) : null}
      </div>
    </>
  )
}

function matches(cluster: Cluster, filter: string): boolean {
  const text =
    `${cluster.name} ${cluster.environment} ${cluster.health} ${cluster.server} ${cluster.version ?? ''}`.toLowerCase()
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word))
}

/** Two users of one cluster are one cluster. */
function Count({ clusters }: { clusters: readonly Cluster[] }) {
  const servers = distinct(clusters).length
  return servers === clusters.length
    ? plural(servers, 'cluster')
    : `${plural(servers, 'cluster')} by ${plural(clusters.length, 'context')}`
}

function LastCheck({ clusters }: { clusters: readonly Cluster[] }) {
  const newest = Math.max(0, ...clusters.map((cluster) => cluster.checkedAt ?? 0))
  return newest === 0 ? null : (
    <>
      · checked <RelativeTime time={newest} />
    </>
  )
}
