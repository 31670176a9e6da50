import type { ConfigurationRow } from '#shared/contract/configuration.ts'
import { formatBytes, RelativeTime, StatusChip, type Column } from '../../../kit/index.ts'

import { previousOf, usersOf, whyNoPrevious, whyNoUsers } from './rowFacts.ts'

type ObjectColumn = Column<ConfigurationRow>

export function nameColumn(isEdited: (row: ConfigurationRow) => boolean): ObjectColumn {
  return {
    id: 'name',
    title: 'Name',
    width: 'minmax(230px, 1fr)',
    isHeader: true,
    cell: (row) => (
      <>
        <span className="mono truncate" title={row.name}>
          {row.name}
        </span>
        {isEdited(row) ? <StatusChip status="warning">Not saved</StatusChip> : null}
      </>
    ),
    sortBy: (row) => row.name,
  }
}

export const kindColumn: ObjectColumn = {
  id: 'kind',
  title: 'Kind',
  width: 96,
  cell: (row) => <span className="quiet-text truncate">{shortKind(row.kind)}</span>,
  sortBy: (row) => row.kind,
}

export const keysColumn: ObjectColumn = {
  id: 'keys',
  title: 'Keys',
  width: 'minmax(110px, 220px)',
  cell: (row) => (
    <span className="truncate" title={row.keys.join(', ')}>
      {row.keys.length} <span className="dim">{row.keys.join(', ')}</span>
    </span>
  ),
  sortBy: (row) => row.keys.length,
}

export const bytesColumn: ObjectColumn = {
  id: 'bytes',
  title: 'Size',
  width: 62,
  align: 'right',
  cell: (row) => formatBytes(row.bytes),
  sortBy: (row) => row.bytes,
}

export const usedByColumn: ObjectColumn = {
  id: 'usedBy',
  title: 'Used by',
  width: 'minmax(110px, 190px)',
  cell: (row) => {
    const reason = whyNoUsers(row)
    return reason === undefined ? <Readers usedBy={usersOf(row)} /> : <NotKnown reason={reason} />
  },
  sortBy: (row) => usersOf(row).length,
}

function NotKnown({ reason }: { reason: string }) {
  return (
    <span className="dim" title={reason}>
      not known
    </span>
  )
}

function Readers({ usedBy }: { usedBy: readonly string[] }) {
  const first = usedBy[0]
  if (first === undefined) return <span className="dim">nothing</span>
  return (
    <>
      <span className="truncate" title={usedBy.join('\n')}>
        {first.replace(/^\S+ /, '')}
      </span>
      {usedBy.length > 1 ? <span className="dim">+{usedBy.length - 1}</span> : null}
    </>
  )
}

export const changedColumn: ObjectColumn = {
  id: 'changed',
  title: 'Changed',
  width: 168,
  cell: (row) => (
    <span className="truncate" title={row.changedBy}>
      <RelativeTime time={row.changedAt} /> <span className="dim">{row.changedBy}</span>
    </span>
  ),
  sortBy: (row) => -row.changedAt,
}

export const previousColumn: ObjectColumn = {
  id: 'previous',
  title: 'Version before',
  width: 108,
  cell: (row) => {
    const [reason, at] = [whyNoPrevious(row), previousOf(row)]
    if (reason !== undefined) return <NotKnown reason={reason} />
    return at === undefined ? <span className="dim">none kept</span> : <RelativeTime time={at} />
  },
  sortBy: (row) => -(previousOf(row) ?? 0),
}

const kinds: Partial<Record<ConfigurationRow['kind'], string>> = {
  HorizontalPodAutoscaler: 'Autoscaler',
  ResourceQuota: 'Quota',
  LimitRange: 'Limit range',
}

export function shortKind(kind: ConfigurationRow['kind']): string {
  return kinds[kind] ?? kind
}
