import { useMemo } from 'react'
import type { Backup } from '#shared/contract/backups.ts'
import { DataTable, formatBytes, formatDuration, formatMoment, Panel, Status, type Column } from '../../kit/index.ts'
import { stateStatus, stateWords } from './backupState.ts'

const rowId = (backup: Backup) => backup.id

const columns: Column<Backup>[] = [
  {
    id: 'taken',
    title: 'Taken',
    width: 184,
    isHeader: true,
    cell: (backup) => formatMoment(backup.takenAt),
    sortBy: (backup) => backup.takenAt,
  },
  {
    id: 'reason',
    title: 'Reason',
    width: 'minmax(90px, 1fr)',
    cell: (backup) => <span className="truncate quiet-text">{backup.reason || 'by hand'}</span>,
    sortBy: (backup) => backup.reason,
  },
  {
    id: 'size',
    title: 'Size',
    width: 78,
    align: 'right',
    cell: (backup) => formatBytes(backup.bytes),
    sortBy: (backup) => backup.bytes,
  },
  {
    id: 'took',
    title: 'Took',
    width: 74,
    align: 'right',
    cell: (backup) => <span className="quiet-text">{formatDuration(backup.tookMs)}</span>,
    sortBy: (backup) => backup.tookMs,
  },
  {
    id: 'proof',
    title: 'Proof',
    width: 116,
    cell: (backup) => <Status status={stateStatus[backup.state]}>{stateWords[backup.state]}</Status>,
    sortBy: (backup) => backup.state,
  },
]

export interface BackupListProps {
  backups: readonly Backup[]
  selected: string | undefined
  isStale: boolean
  onSelect: (id: string | null) => void
}

export function BackupList({ backups, selected, isStale, onSelect }: BackupListProps) {
  const bytes = useMemo(() => backups.reduce((sum, backup) => sum + backup.bytes, 0), [backups])
  return (
    <Panel title="All backups" aside={`${backups.length} stored, ${formatBytes(bytes)}`} isFlush isStale={isStale}>
      <DataTable
        label="All backups"
        rows={backups}
        columns={columns}
        rowId={rowId}
        isPrimary
        sort={{ column: 'taken', isDescending: true }}
        active={selected ?? null}
        onActivate={onSelect}
      />
    </Panel>
  )
}
