import type { AuditEntry } from '#shared/contract/audit.ts'
import { formatCount, formatMoment, Status, type Column, type StatusKind } from '../../kit/index.ts'

export const outcomes: Record<AuditEntry['outcome'], StatusKind> = {
  started: 'progress',
  done: 'healthy',
  failed: 'failed',
  refused: 'noAccess',
  cancelled: 'off',
  interrupted: 'warning',
}

/** The first and last letters of a hash: enough to compare by eye. */
export function shortHash(hash: string): string {
  return hash.length > 10 ? `${hash.slice(0, 4)}…${hash.slice(-4)}` : hash
}

/** What an entry was about, from its input: the names people recognise. */
export function targetOf(entry: AuditEntry): string {
  const { names, name, pod, backupId } = entry.details
  if (Array.isArray(names)) return names.map(String).join(', ')
  const found = [name, pod, backupId].find((value) => typeof value === 'string')
  return found ?? ''
}

/**
 * @param names of the clusters by id
 * @param brokenAt the first entry that breaks the chain
 */
export function columnsFor(names: ReadonlyMap<string, string>, brokenAt: number | null): readonly Column<AuditEntry>[] {
  return [
    {
      id: 'sequence',
      title: 'Entry',
      width: 72,
      align: 'right',
      cell: (entry) => <span className="dim">{formatCount(entry.sequence)}</span>,
    },
    {
      id: 'at',
      title: 'Time',
      width: 190,
      cell: (entry) => <time className="mono">{formatMoment(entry.at)}</time>,
    },
    {
      id: 'by',
      title: 'Who',
      width: 'minmax(90px, 0.8fr)',
      cell: (entry) => <span className="truncate">{entry.by}</span>,
    },
    {
      id: 'action',
      title: 'Action',
      width: 'minmax(170px, 1.6fr)',
      isHeader: true,
      cell: (entry) => <span className="strong truncate">{sentence(entry.summary)}</span>,
    },
    {
      id: 'cluster',
      title: 'Cluster',
      width: 'minmax(110px, 0.9fr)',
      cell: (entry) => <span className="truncate">{names.get(entry.cluster) ?? entry.cluster}</span>,
    },
    {
      id: 'target',
      title: 'Target',
      width: 'minmax(150px, 1.6fr)',
      cell: (entry) => <code className="truncate">{targetOf(entry)}</code>,
    },
    {
      id: 'outcome',
      title: 'Result',
      width: 110,
      cell: (entry) => <Status status={outcomes[entry.outcome]}>{entry.outcome}</Status>,
    },
    {
      id: 'hash',
      title: 'Hash',
      width: 118,
      cell: (entry) => (
        <span className={brokenAt !== null && entry.sequence >= brokenAt ? 'audit-hash audit-broken' : 'audit-hash'}>
          <code title={entry.hash}>{shortHash(entry.hash)}</code>
        </span>
      ),
    },
  ]
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
