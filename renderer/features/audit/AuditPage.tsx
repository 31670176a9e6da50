import { Link2, RefreshCw, ShieldCheck } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { AuditEntry } from '#shared/contract/audit.ts'
import type { ClusterRow } from '#shared/contract/clusters.ts'
import { Drawer, PageHeader, useClusters, useScope } from '../../app/index.ts'
import { useCall } from '../../client/index.ts'
import {
  Button,
  DataTable,
  EmptyState,
  ErrorState,
  FilterField,
  Panel,
  plural,
  Segments,
  StatusChip,
} from '../../kit/index.ts'
import { Checkpoints } from './Checkpoints.tsx'
import { repairChain } from './repairChain.ts'
import { columnsFor } from './auditColumns.tsx'
import { EntryDetails } from './EntryDetails.tsx'
import { useAuditLog } from './useAuditLog.ts'
import './audit.css'

const idOf = (entry: AuditEntry) => String(entry.sequence)
const ranges = [
  { value: 'all', title: 'All' },
  { value: 'destructive', title: 'Destructive' },
  { value: 'failed', title: 'Failed or refused' },
] as const
type Range = (typeof ranges)[number]['value']

/** Everything that this console has changed, in a chain of hashes that shows a later edit. */
export function AuditPage() {
  const log = useAuditLog()
  const scope = useScope()
  const suites = scope ? [scope] : []
  const chain = useCall(
    (client, signal) => client.audit.verify({ suites }, { signal }),
    [scope?.context, scope?.namespace],
  )
  const [filter, setFilter] = useState('')
  const [range, setRange] = useState<Range>('all')
  const [active, setActive] = useState<string | null>(null)
  const clusters = useClusters((state) => state.clusters)
  const names = useMemo(() => clusterNames(clusters), [clusters])
  const columns = useMemo(() => columnsFor(names, chain.value?.brokenAt ?? null), [names, chain.value?.brokenAt])
  const rows = log.entries.filter((entry) => isIn(entry, range) && matches(entry, names, filter))
  const open = log.entries.find((entry) => idOf(entry) === active)
  const isFiltered = filter !== '' || range !== 'all'
  return (
    <>
      <PageHeader
        title="Security"
        facts={<span>Who changed what with this console, on every cluster</span>}
        actions={
          <>
            <Button icon={RefreshCw} onClick={log.reload}>
              Read again
            </Button>
            {chain.value && !chain.value.intact ? (
              <Button
                icon={Link2}
                kind="danger"
                onClick={() =>
                  void repairChain(suites, chain.value?.message ?? '')
                    .then(log.reload)
                    .then(chain.reload)
                }
              >
                Repair the chain…
              </Button>
            ) : null}
            <Button icon={ShieldCheck} busy={chain.isLoading} onClick={chain.reload}>
              Verify chain
            </Button>
          </>
        }
      />
      <div className="app-page">
        <div className="audit-panel">
          <Panel
            label="Audit log"
            title={
              <>
                Audit log <ChainChip chain={chain} />
                {chain.value ? <Checkpoints report={chain.value} /> : null}
              </>
            }
            isFlush
            aside={
              <>
                <Segments label="Which entries" value={range} options={ranges} onChange={setRange} />
                <FilterField
                  label="Filter entries"
                  placeholder="Who, action or detail"
                  value={filter}
                  onChange={setFilter}
                  width={230}
                />
              </>
            }
            footer={
              log.hasMore ? (
                <Button size="small" busy={log.isLoadingMore} onClick={log.loadMore}>
                  Read older entries
                </Button>
              ) : (
                plural(log.entries.length, 'entry', 'entries')
              )
            }
          >
            {log.error ? (
              <ErrorState fault={log.error} onRetry={log.reload} />
            ) : (
              <DataTable
                label="Audit log"
                rows={rows}
                columns={columns}
                rowId={idOf}
                isPrimary
                isLoading={log.isLoading}
                active={active}
                onActivate={setActive}
                filtered={
                  isFiltered
                    ? {
                        total: log.entries.length,
                        what: 'entry',
                        filter: filter === '' ? range : filter,
                        onClear: () => {
                          setFilter('')
                          setRange('all')
                        },
                      }
                    : undefined
                }
                empty={
                  <EmptyState title="Nothing was changed yet">
                    Every write through this console is recorded here.
                  </EmptyState>
                }
              />
            )}
          </Panel>
        </div>
      </div>
      {open ? (
        <Drawer
          label={`Entry ${open.sequence}`}
          title={`Entry ${open.sequence}`}
          note={open.summary}
          onClose={() => setActive(null)}
        >
          <EntryDetails entry={open} />
        </Drawer>
      ) : null}
    </>
  )
}

function ChainChip({
  chain,
}: {
  chain: ReturnType<typeof useCall<{ entries: number; intact: boolean; message: string }>>
}) {
  if (chain.error) return <StatusChip status="unknown">Chain not verified: {chain.error.message}</StatusChip>
  if (!chain.value) return <StatusChip status="progress">Verifying</StatusChip>
  return chain.value.intact ? (
    <StatusChip status="healthy">Chain intact, {plural(chain.value.entries, 'entry', 'entries')} verified</StatusChip>
  ) : (
    <StatusChip status="failed">{chain.value.message}</StatusChip>
  )
}

function isIn(entry: AuditEntry, range: Range): boolean {
  if (range === 'destructive') return entry.effect === 'destructive'
  return range === 'all' || ['failed', 'refused', 'interrupted'].includes(entry.outcome)
}

/** The name of each cluster, under its id and under every id that older entries know it by. */
function clusterNames(clusters: readonly ClusterRow[]): Map<string, string> {
  const ids = ({ id, contexts, formerIds }: ClusterRow) => [...formerIds, ...contexts, id]
  return new Map(clusters.flatMap((cluster) => ids(cluster).map((id): [string, string] => [id, cluster.name])))
}

function matches(entry: AuditEntry, names: ReadonlyMap<string, string>, filter: string): boolean {
  const text = `${names.get(entry.cluster) ?? ''} ${entry.by} ${entry.action} ${entry.summary} ${entry.cluster} ${entry.namespace} ${entry.hash} ${JSON.stringify(entry.details)}`
  return text.toLowerCase().includes(filter.toLowerCase())
}
