import { useMemo, useState } from 'react'
import type { CertificateRow } from '#shared/contract/certificates.ts'
import {
  DataTable,
  EmptyState,
  ErrorState,
  formatDate,
  formatMoment,
  plural,
  StaleChip,
  Status,
  useNow,
  type Column,
  type StatusKind,
} from '../../../kit/index.ts'
import type { Fresh } from '../useFresh.ts'

const states: Record<CertificateRow['state'], { status: StatusKind; word: string; rank: number }> = {
  expired: { status: 'failed', word: 'Expired', rank: 0 },
  missing: { status: 'failed', word: 'Missing', rank: 1 },
  unreadable: { status: 'failed', word: 'Unreadable', rank: 2 },
  notYet: { status: 'warning', word: 'Not valid yet', rank: 3 },
  soon: { status: 'warning', word: 'Ends soon', rank: 4 },
  valid: { status: 'healthy', word: 'Valid', rank: 5 },
}

const rowId = (row: CertificateRow) => `${row.source} ${row.subject}`

/** When which certificate ends, and what stops then. */
export function CertificatesTab({ certificates }: { certificates: Fresh<CertificateRow[]> }) {
  const [active, setActive] = useState<string | null>(null)
  const { value, error, staleSince, reload } = certificates
  const columns = useCertificateColumns()
  if (error && !value) return <ErrorState fault={error} onRetry={reload} />
  return (
    <>
      <div className="configuration-bar">
        <Counts rows={value ?? []} />
        {staleSince === undefined ? null : <StaleChip since={staleSince} />}
      </div>
      <div className="configuration-table">
        <DataTable
          label="Certificates"
          rows={value ?? []}
          columns={columns}
          rowId={rowId}
          rowHeight={43}
          isPrimary
          isLoading={!value}
          isStale={staleSince !== undefined}
          empty={
            <EmptyState title="No certificate">
              Nothing in this namespace is served by TLS, and this console connects without a certificate of its own.
            </EmptyState>
          }
          sort={{ column: 'state', isDescending: false }}
          active={active}
          onActivate={setActive}
          expansion={(row) =>
            row.detail === '' && rowId(row) !== active ? null : <Details row={row} isWhole={rowId(row) === active} />
          }
        />
      </div>
      <div className="configuration-foot">
        <span>{plural(value?.length ?? 0, 'certificate')}. “Soon” is less than 30 days.</span>
      </div>
    </>
  )
}

function Counts({ rows }: { rows: readonly CertificateRow[] }) {
  return Object.values(states).map(({ status, word }) => {
    const count = rows.filter((row) => states[row.state].word === word).length
    return count === 0 ? null : (
      <Status key={word} status={status}>
        {count} {word.toLowerCase()}
      </Status>
    )
  })
}

function Details({ row, isWhole }: { row: CertificateRow; isWhole: boolean }) {
  return (
    <div className="configuration-certificate selectable">
      {row.detail === '' ? null : <p>{row.detail}</p>}
      {isWhole ? (
        <>
          <p className="quiet-text">Names: {row.names.join(', ') || 'none'}</p>
          <p className="quiet-text">
            {row.notBefore === undefined ? '' : `Valid from ${formatMoment(row.notBefore)}. `}
            Used by {row.usedBy.join(', ') || 'nothing that is known'}.
          </p>
        </>
      ) : null}
    </div>
  )
}

function useCertificateColumns(): Column<CertificateRow>[] {
  const now = useNow(60_000)
  return useMemo(
    () => [
      {
        id: 'state',
        title: 'State',
        width: 128,
        cell: (row) => <Status status={states[row.state].status}>{states[row.state].word}</Status>,
        sortBy: (row) => states[row.state].rank,
      },
      {
        id: 'source',
        title: 'Where it is',
        width: 'minmax(200px, 1fr)',
        isHeader: true,
        cell: (row) => (
          <div className="k-table-two">
            <span className="truncate" title={row.source}>
              {row.source}
            </span>
            <span title={row.names.join(', ')}>{row.subject || row.names.join(', ')}</span>
          </div>
        ),
        sortBy: (row) => row.source,
      },
      {
        id: 'ends',
        title: 'Ends',
        width: 150,
        cell: (row) => <Ends row={row} now={now} />,
        sortBy: (row) => row.notAfter ?? 0,
      },
      {
        id: 'issuer',
        title: 'Issuer',
        width: 'minmax(110px, 220px)',
        cell: (row) => (
          <span className="truncate" title={row.issuer}>
            {row.issuer}
          </span>
        ),
        sortBy: (row) => row.issuer,
      },
      {
        id: 'usedBy',
        title: 'Used by',
        width: 'minmax(120px, 240px)',
        cell: (row) => (
          <span className="truncate" title={row.usedBy.join('\n')}>
            {row.usedBy.join(', ') || <span className="dim">nothing</span>}
          </span>
        ),
        sortBy: (row) => row.usedBy.length,
      },
    ],
    [now],
  )
}

const dayLength = 86_400_000

function Ends({ row, now }: { row: CertificateRow; now: number }) {
  if (row.notAfter === undefined) return <span className="dim">–</span>
  const days = Math.floor(Math.abs(row.notAfter - now) / dayLength)
  const distance = days === 0 ? 'less than a day' : plural(days, 'day')
  const words = row.notAfter < now ? `${distance} ago` : `in ${distance}`
  return (
    <div className="k-table-two">
      <time dateTime={new Date(row.notAfter).toISOString()} title={formatMoment(row.notAfter)}>
        {formatDate(row.notAfter)}
      </time>
      <span className={`configuration-ends-${row.state}`}>{words}</span>
    </div>
  )
}
