import { Rocket } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { Scope } from '#shared/contract/base.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import { navigate, setParameters, useCurrentCluster, useParameters } from '../../../app/index.ts'
import {
  Banner,
  Button,
  DataTable,
  EmptyState,
  ErrorState,
  FilterField,
  plural,
  StaleChip,
  StatusGlyph,
  useNow,
  useWidth,
  type StatusKind,
} from '../../../kit/index.ts'
import { viewOfList } from '../../../client/index.ts'
import { useFigures } from '../figures.ts'
import { usePodActions } from './usePodActions.ts'
import { usePodColumns } from './podColumns.tsx'
import { PodDrawer } from './PodDrawer.tsx'
import type { FeedTrouble } from './PodFeed.tsx'
import { filterPods, parseToken, podGroups, type PodGroup } from './podFilter.ts'
import { PodSelection } from './PodSelection.tsx'
import type { PodStore } from './podStore.ts'

const groupStatus: Record<PodGroup, StatusKind> = {
  failing: 'failed',
  starting: 'progress',
  ready: 'healthy',
  ended: 'off',
}
const rowId = (row: PodRow) => row.name
const setFilter = (filter: string) => setParameters('workloads', { filter })
const noGroups: ReadonlySet<PodGroup> = new Set()

export function PodsTab({ pods, scope, trouble }: { pods: PodStore; scope: Scope; trouble: FeedTrouble }) {
  const state = useStore(pods.store)
  const { feed } = state
  const figures = useFigures(scope)
  const now = useNow(5_000)
  const { pod, filter } = useParameters('workloads')
  const active = pod ?? null
  const [groups, setGroups] = useState(noGroups)
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [box, width] = useWidth<HTMLDivElement>(1_000)

  const { rows, counts } = state
  const shown = useMemo(() => filterPods(rows, readFilter(filter), groups), [rows, filter, groups])
  const columns = usePodColumns(figures, now, width < 1_100)
  // Chosen are pods, not names: one that was replaced under the same name is no longer chosen.
  const selectedRows = useMemo(
    () => (chosen.size === 0 ? [] : rows.filter(({ uid }) => chosen.has(uid))),
    [rows, chosen],
  )
  const selected = useMemo(() => new Set(selectedRows.map(rowId)), [selectedRows])
  const activeRow = useMemo(
    () => (active === null ? undefined : rows.find((row) => row.name === active)),
    [rows, active],
  )
  const activate = useCallback((name: string | null) => setParameters('workloads', { pod: name ?? undefined }), [])
  const close = useCallback(() => setParameters('workloads', { pod: undefined, podTab: undefined }), [])
  const clear = () => {
    setFilter('')
    setGroups(noGroups)
  }
  usePodActions(scope, activeRow)

  const view = viewOfList(trouble, feed, rows.length)
  if (view.state === 'unknown') return <ErrorState fault={view.fault} onRetry={trouble.retry} />
  const staleSince = view.state === 'shown' ? view.staleSince : undefined
  return (
    <>
      <div className="workloads-bar">
        <FilterField
          label="Filter pods"
          placeholder="Name, status:, node:, service:"
          value={filter}
          onChange={setFilter}
          tokens={[{ name: 'namespace', value: scope.namespace }]}
          width={440}
        />
        {podGroups
          .filter((group) => counts[group.id] > 0)
          .map((group) => (
            <button
              key={group.id}
              type="button"
              className="workloads-chip"
              aria-pressed={groups.has(group.id)}
              onClick={() => setGroups(toggled(groups, group.id))}
            >
              <StatusGlyph status={groupStatus[group.id]} size={14} /> {counts[group.id]} {group.word}
            </button>
          ))}
        {staleSince === undefined ? null : <StaleChip since={staleSince} />}
      </div>
      <Notices figures={figures} />
      {selectedRows.length > 0 ? (
        <PodSelection scope={scope} rows={selectedRows} onClear={() => setChosen(new Set())} />
      ) : null}
      <div ref={box} className="workloads-table">
        <DataTable
          label="Pods"
          rows={shown}
          columns={columns}
          rowId={rowId}
          rowHeight={26}
          isPrimary
          isLoading={view.state === 'loading'}
          isStale={staleSince !== undefined}
          empty={<NothingDeployed />}
          filtered={
            rows.length > 0
              ? {
                  total: rows.length,
                  what: 'pods exist in this namespace',
                  filter: filter || 'the chosen states',
                  onClear: clear,
                }
              : undefined
          }
          sort={{ column: 'name', isDescending: false }}
          selected={selected}
          onSelect={(names) => setChosen(new Set(rows.filter((row) => names.has(row.name)).map((row) => row.uid)))}
          active={active}
          onActivate={activate}
        />
      </div>
      <div className="workloads-foot">
        <span>
          {feed.state === 'loading' ? (rows.length > 0 ? 'Loading · ' : 'Loading') : ''}
          {view.state !== 'shown'
            ? ''
            : shown.length === rows.length
              ? plural(rows.length, 'pod')
              : `${shown.length} of ${plural(rows.length, 'pod')}`}
        </span>
        <span className="workloads-legend">
          <i /> used
        </span>
        <span className="workloads-legend">
          <b /> request
        </span>
        <span>track = limit</span>
      </div>
      {activeRow ? <PodDrawer scope={scope} row={activeRow} figures={figures} onClose={close} /> : null}
    </>
  )
}

/** Why figures or rights are missing, once above the table instead of in every row. */
function Notices({ figures }: { figures: ReturnType<typeof useFigures> }) {
  const cluster = useCurrentCluster()
  const isReadOnly = cluster?.role === 'read_only'
  if (!isReadOnly && !figures.unavailable) return null
  return (
    <div className="workloads-banner">
      {isReadOnly ? (
        <Banner tone="neutral" title="Read only.">
          Your role in {cluster.name} lets you look, not change. Nothing here is out of date because of that.
        </Banner>
      ) : null}
      {figures.unavailable ? (
        <Banner
          tone="neutral"
          title={
            figures.unavailable.code === 'METRICS_FORBIDDEN'
              ? 'CPU and memory are hidden from your account.'
              : 'No CPU and memory figures.'
          }
          {...(figures.unavailable.code === 'METRICS_FORBIDDEN' && { status: 'noAccess' as const })}
        >
          {figures.unavailable.message}
        </Banner>
      ) : null}
    </div>
  )
}

function NothingDeployed() {
  return (
    <EmptyState
      isLarge
      icon={Rocket}
      title="Nothing runs in this namespace yet"
      actions={
        <Button kind="primary" icon={Rocket} onClick={() => navigate({ page: 'deploy' })}>
          Deploy the suite
        </Button>
      }
    >
      Deploying starts the suite in stages and shows each pod as it comes up. It begins with a plan that changes
      nothing.
    </EmptyState>
  )
}

/** Words apart are conditions of their own: `status:crash agents`. */
function readFilter(filter: string) {
  return filter
    .split(/\s+/)
    .map((typed) => parseToken(typed))
    .filter((token) => token !== null)
}

function toggled<Value>(set: ReadonlySet<Value>, value: Value): ReadonlySet<Value> {
  const next = new Set(set)
  if (!next.delete(value)) next.add(value)
  return next
}
