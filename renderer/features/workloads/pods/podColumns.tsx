import { useMemo } from 'react'
import type { PodRow } from '#shared/contract/pods.ts'
import { ageOf, formatAge, formatMoment, type Column } from '../../../kit/index.ts'
import { PodName, PodStatus, UseCell } from './PodCells.tsx'
import { latestUse, type PodFigures } from './podMetrics.ts'
import { severity } from './podOrder.ts'

/**
 * The columns of the table of pods. Rows must come sorted by name: rows that are equal in another column keep that order. The
 * columns stay the same while pods change, so that only the changed rows are drawn again.
 * @param isNarrow leaves out what the drawer or a small window has no room for
 */
export function usePodColumns(figures: PodFigures, now: number, isNarrow: boolean): Column<PodRow>[] {
  return useMemo(() => {
    const latest = (row: PodRow, figure: 'cpu' | 'memory') =>
      latestUse(figures.byPod.get(row.name), now, figures.intervalMs)?.[figure] ?? -1
    const all: (Column<PodRow> | null)[] = [
      {
        id: 'status',
        title: 'Status',
        width: 140,
        cell: (row) => <PodStatus row={row} />,
        sortBy: (row) => severity[row.health],
      },
      {
        id: 'name',
        title: 'Name',
        width: 'minmax(190px, 1fr)',
        isHeader: true,
        cell: (row) => <PodName row={row} />,
        sortBy: 'given',
      },
      {
        id: 'ready',
        title: 'Ready',
        width: 52,
        align: 'right',
        cell: readyCell,
        sortBy: (row) => row.ready / row.containers.length,
      },
      {
        id: 'restarts',
        title: 'Restarts',
        width: isNarrow ? 64 : 68,
        align: 'right',
        cell: restartsCell,
        sortBy: (row) => row.restarts,
      },
      {
        id: 'cpu',
        title: 'CPU · request, limit',
        width: isNarrow ? 154 : 166,
        cell: (row) => <UseCell row={row} figures={figures} figure="cpu" now={now} isNarrow={isNarrow} />,
        sortBy: (row) => latest(row, 'cpu'),
      },
      {
        id: 'memory',
        title: 'Memory · request, limit',
        width: isNarrow ? 154 : 166,
        cell: (row) => <UseCell row={row} figures={figures} figure="memory" now={now} isNarrow={isNarrow} />,
        sortBy: (row) => latest(row, 'memory'),
      },
      isNarrow
        ? null
        : {
            id: 'node',
            title: 'Node',
            width: 96,
            cell: (row) => <span className="mono dim truncate">{row.node}</span>,
            sortBy: (row) => row.node,
          },
      {
        id: 'version',
        title: 'Version',
        width: isNarrow ? 58 : 70,
        cell: (row) => <span className="mono truncate">{row.version}</span>,
        sortBy: (row) => row.version,
      },
      {
        id: 'age',
        title: 'Age',
        width: 52,
        align: 'right',
        cell: (row) => <Age at={row.createdAt} now={now} />,
        sortBy: (row) => -(row.createdAt ?? 0),
      },
    ]
    return all.filter((column) => column !== null)
  }, [figures, now, isNarrow])
}

function readyCell(row: PodRow) {
  const isReady = row.ready === row.containers.length
  const className =
    isReady || row.health === 'off' ? '' : row.health === 'failed' ? 'k-status-failed' : 'k-status-progress'
  return (
    <span className={className}>
      {row.ready}/{row.containers.length}
    </span>
  )
}

function restartsCell(row: PodRow) {
  return (
    <span className={row.restarts === 0 ? 'dim' : row.health === 'failed' ? 'k-status-failed' : ''}>
      {row.restarts}
    </span>
  )
}

function Age({ at, now }: { at: number | null; now: number }) {
  return (
    <span className="quiet-text" title={formatMoment(at)}>
      {formatAge(ageOf(at, now))}
    </span>
  )
}
