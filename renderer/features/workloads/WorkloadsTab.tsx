import { RefreshCw, Scaling, ScrollText } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { WorkloadRow } from '#shared/contract/workloads.ts'
import { navigate, setParameters, useBlocked, useParameters } from '../../app/index.ts'
import type { ListView } from '../../client/index.ts'
import {
  DataTable,
  EmptyState,
  ErrorState,
  FilterField,
  ageOf,
  formatAge,
  IconButton,
  plural,
  ReadyBar,
  StaleChip,
  Status,
  useNow,
  type Column,
} from '../../kit/index.ts'
import { isRolled, openChange } from './changes/changeStore.ts'
import { useWorkloadActions } from './useWorkloadActions.ts'
import { WorkloadDrawer } from './WorkloadDrawer.tsx'
import { WorkloadSelection } from './WorkloadSelection.tsx'

export interface WorkloadsTabProps {
  scope: Scope
  kind: WorkloadRow['kind']
  view: ListView
  rows: readonly WorkloadRow[]
  onRetry: () => void
}

const rowId = (row: WorkloadRow) => row.name

/** Controllers of one kind, with the details of the active one and what can be done with it. */
export function WorkloadsTab({ scope, kind, view, rows, onRetry }: WorkloadsTabProps) {
  const [filter, setFilter] = useState('')
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const active = useParameters('workloads').workload ?? null
  const blocked = useBlocked('operator')
  const ofKind = useMemo(() => rows.filter((row) => row.kind === kind), [rows, kind])
  const shown = useMemo(() => ofKind.filter((row) => row.name.includes(filter.trim().toLowerCase())), [ofKind, filter])
  const columns = useWorkloadColumns(scope, kind, blocked)
  const activeRow = ofKind.find((row) => row.name === active)
  const workload = activeRow && isRolled(kind) ? { kind, name: activeRow.name } : undefined
  const selected = useMemo(() => new Set(ofKind.map(rowId).filter((name) => chosen.has(name))), [ofKind, chosen])
  const activate = useCallback((name: string | null) => setParameters('workloads', { workload: name ?? undefined }), [])
  const close = useCallback(() => setParameters('workloads', { workload: undefined, workloadTab: undefined }), [])
  useWorkloadActions(scope, activeRow)
  if (view.state === 'unknown') return <ErrorState fault={view.fault} onRetry={onRetry} />
  const since = view.state === 'shown' ? view.staleSince : undefined
  return (
    <>
      <div className="workloads-bar">
        <FilterField
          label={`Filter ${kind}s`}
          value={filter}
          onChange={setFilter}
          tokens={[{ name: 'namespace', value: scope.namespace }]}
          width={360}
        />
        {since === undefined ? null : <StaleChip since={since} />}
      </div>
      {selected.size > 0 && isRolled(kind) ? (
        <WorkloadSelection
          scope={scope}
          workloads={[...selected].map((name) => ({ kind, name }))}
          onClear={() => setChosen(new Set())}
        />
      ) : null}
      <div className="workloads-table">
        <DataTable
          label={`${kind}s`}
          rows={shown}
          columns={columns}
          rowId={rowId}
          isPrimary
          isLoading={view.state === 'loading'}
          isStale={since !== undefined}
          empty={<EmptyState title={`No ${kind} in this namespace`} />}
          filtered={
            ofKind.length > 0
              ? { total: ofKind.length, what: 'exist in this namespace', filter, onClear: () => setFilter('') }
              : undefined
          }
          sort={{ column: 'name', isDescending: false }}
          {...(isRolled(kind) ? { selected, onSelect: setChosen } : {})}
          active={active}
          onActivate={activate}
        />
      </div>
      <div className="workloads-foot">
        <span>{view.state === 'shown' ? plural(shown.length, kind) : 'Loading'}</span>
      </div>
      {activeRow && workload ? (
        <WorkloadDrawer key={activeRow.uid} scope={scope} row={activeRow} workload={workload} onClose={close} />
      ) : null}
    </>
  )
}

function useWorkloadColumns(
  scope: Scope,
  kind: WorkloadRow['kind'],
  blocked: string | undefined,
): Column<WorkloadRow>[] {
  const now = useNow(5_000)
  const { context: cluster, namespace } = scope
  return useMemo(
    () => [
      { id: 'status', title: 'Status', width: 170, cell: statusCell, sortBy: (row) => row.health },
      {
        id: 'name',
        title: 'Name',
        width: 'minmax(180px, 1fr)',
        isHeader: true,
        cell: (row) => <span className="mono truncate">{row.name}</span>,
        sortBy: (row) => row.name,
      },
      { id: 'ready', title: 'Ready', width: 110, cell: readyCell, sortBy: (row) => row.ready },
      ...(kind === 'Deployment' || kind === 'StatefulSet'
        ? [
            {
              id: 'updated',
              title: 'Up to date',
              width: 84,
              align: 'right' as const,
              cell: (row: WorkloadRow) => row.updated,
            },
          ]
        : []),
      {
        id: 'images',
        title: 'Image',
        width: 'minmax(140px, 280px)',
        cell: (row) => (
          <span className="mono dim truncate" title={row.images.join(', ')}>
            {row.images.map(lastPart).join(', ')}
          </span>
        ),
      },
      {
        id: 'revision',
        title: 'Revision',
        width: 74,
        align: 'right',
        cell: (row) => <span className="dim">{row.revision}</span>,
      },
      {
        id: 'age',
        title: 'Age',
        width: 52,
        align: 'right',
        cell: (row) => formatAge(ageOf(row.createdAt, now)),
        sortBy: (row) => -(row.createdAt ?? 0),
      },
      {
        id: 'actions',
        title: <span className="visually-hidden">Actions</span>,
        label: 'Actions',
        width: 96,
        cell: (row) => <RowActions scope={{ context: cluster, namespace }} row={row} blocked={blocked} />,
      },
    ],
    [cluster, namespace, kind, blocked, now],
  )
}

/** The name and version of an image: its registry is the same in every row. */
function lastPart(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1)
}

function statusCell(row: WorkloadRow) {
  return (
    <span className="workloads-status" title={row.reason}>
      <Status status={row.health}>{row.reason || words[row.health]}</Status>
    </span>
  )
}

const words: Record<WorkloadRow['health'], string> = {
  healthy: 'Ready',
  warning: 'Warning',
  failed: 'Failing',
  progress: 'In progress',
  waiting: 'Waiting',
  unknown: 'Unknown',
  off: 'Ended',
}

function readyCell(row: WorkloadRow) {
  return (
    <>
      <ReadyBar ready={row.ready} total={row.desired} label={`Ready pods of ${row.name}`} />
      {row.ready}/{row.desired}
    </>
  )
}

interface RowActionsProps {
  scope: Scope
  row: WorkloadRow
  blocked: string | undefined
}

function RowActions({ scope, row, blocked }: RowActionsProps) {
  const { kind, name } = row
  return (
    <div className="workloads-row-actions" onClick={(event) => event.stopPropagation()}>
      {row.service ? (
        <IconButton
          icon={ScrollText}
          size="small"
          label={`Logs of ${row.service}`}
          onClick={() => navigate({ page: 'logs', parameters: { services: [row.service] } })}
        />
      ) : null}
      {isRolled(kind) ? (
        <IconButton
          icon={RefreshCw}
          size="small"
          label={`Restart ${name}…`}
          reason={blocked}
          onClick={() => openChange({ of: 'one', scope, workload: { kind, name }, do: 'restart' })}
        />
      ) : null}
      {kind === 'Deployment' || kind === 'StatefulSet' ? (
        <IconButton
          icon={Scaling}
          size="small"
          label={`Scale ${name}…`}
          reason={blocked}
          onClick={() => openChange({ of: 'one', scope, workload: { kind, name }, do: 'scale' })}
        />
      ) : null}
    </div>
  )
}
