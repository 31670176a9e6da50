import { RefreshCw, Scaling, ScrollText } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { FeedState, Scope } from '#shared/contract/base.ts'
import type { WorkloadRow } from '#shared/contract/workloads.ts'
import { confirm, navigate, reportError, toast, useBlocked } from '../../app/index.ts'
import { engine } from '../../client/index.ts'
import {
  DataTable,
  EmptyState,
  ErrorState,
  FilterField,
  formatAge,
  IconButton,
  plural,
  ReadyBar,
  StaleChip,
  Status,
  useNow,
  type Column,
} from '../../kit/index.ts'
import { ScaleDialog } from './ScaleDialog.tsx'

export interface WorkloadsTabProps {
  scope: Scope
  kind: WorkloadRow['kind']
  feed: FeedState
  staleSince: number | undefined
  rows: readonly WorkloadRow[]
}

const rowId = (row: WorkloadRow) => row.uid

/** Controllers of one kind, with restart and scale where the kind has them. */
export function WorkloadsTab({ scope, kind, feed, rows, staleSince }: WorkloadsTabProps) {
  const [filter, setFilter] = useState('')
  const [scaling, setScaling] = useState<WorkloadRow | null>(null)
  const [active, setActive] = useState<string | null>(null)
  const ofKind = useMemo(() => rows.filter((row) => row.kind === kind), [rows, kind])
  const shown = useMemo(() => ofKind.filter((row) => row.name.includes(filter.trim().toLowerCase())), [ofKind, filter])
  const columns = useWorkloadColumns(scope, kind, setScaling)
  if (feed.state === 'failed') return <ErrorState fault={feed.fault} />
  const since = feed.state === 'stale' ? feed.since : staleSince
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
      <div className="workloads-table">
        <DataTable
          label={`${kind}s`}
          rows={shown}
          columns={columns}
          rowId={rowId}
          isPrimary
          isLoading={feed.state === 'loading'}
          isStale={since !== undefined}
          empty={<EmptyState title={`No ${kind} in this namespace`} />}
          filtered={
            ofKind.length > 0
              ? { total: ofKind.length, what: 'exist in this namespace', filter, onClear: () => setFilter('') }
              : undefined
          }
          sort={{ column: 'name', isDescending: false }}
          active={active}
          onActivate={setActive}
        />
      </div>
      <div className="workloads-foot">
        <span>{plural(shown.length, kind)}</span>
      </div>
      {scaling ? <ScaleDialog scope={scope} row={scaling} onClose={() => setScaling(null)} /> : null}
    </>
  )
}

function useWorkloadColumns(
  scope: Scope,
  kind: WorkloadRow['kind'],
  onScale: (row: WorkloadRow) => void,
): Column<WorkloadRow>[] {
  const blocked = useBlocked('operator')
  const now = useNow(5_000)
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
            {row.images.join(', ')}
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
        cell: (row) => formatAge(now - row.createdAt),
        sortBy: (row) => -row.createdAt,
      },
      {
        id: 'actions',
        title: <span className="visually-hidden">Actions</span>,
        label: 'Actions',
        width: 96,
        cell: (row) => <RowActions scope={scope} row={row} blocked={blocked} onScale={onScale} />,
      },
    ],
    [scope, kind, blocked, now, onScale],
  )
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
  off: 'Scaled to 0',
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
  onScale: (row: WorkloadRow) => void
}

function RowActions({ scope, row, blocked, onScale }: RowActionsProps) {
  const { kind } = row
  const canScale = kind === 'Deployment' || kind === 'StatefulSet'
  const canRestart = canScale || kind === 'DaemonSet'
  return (
    <div className="workloads-row-actions" onClick={(event) => event.stopPropagation()}>
      {row.service ? (
        <IconButton
          icon={ScrollText}
          size="small"
          label={`Logs of ${row.service}`}
          onClick={() => navigate({ page: 'logs', parameters: { services: row.service } })}
        />
      ) : null}
      {canRestart ? (
        <IconButton
          icon={RefreshCw}
          size="small"
          label={`Restart ${row.name}…`}
          reason={blocked}
          onClick={() => void restart(scope, row)}
        />
      ) : null}
      {canScale ? (
        <IconButton
          icon={Scaling}
          size="small"
          label={`Scale ${row.name}…`}
          reason={blocked}
          onClick={() => onScale(row)}
        />
      ) : null}
    </div>
  )
}

async function restart(scope: Scope, row: WorkloadRow): Promise<void> {
  const { kind, name } = row
  if (kind !== 'Deployment' && kind !== 'StatefulSet' && kind !== 'DaemonSet') return
  const confirmation = await confirm({
    level: 2,
    title: `Restart ${name}?`,
    message: `${plural(row.desired, 'pod')} ${row.desired === 1 ? 'is' : 'are'} replaced one after another, as its update strategy says. With one pod the service pauses until the new one is ready.`,
    confirmLabel: `Restart ${name}`,
    cancelLabel: 'Keep running',
    cluster: scope.cluster,
  })
  if (!confirmation) return
  try {
    await engine().workloads.restart({ ...scope, kind, name, confirmation })
    toast({ status: 'progress', title: `${name} is restarting`, detail: 'Its pods show the progress.' })
  } catch (thrown) {
    reportError(thrown, `${name} was not restarted`)
  }
}
