import { ChevronDown } from 'lucide-react'
import { useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { ReleaseRow } from '#shared/contract/releases.ts'
import { useCall } from '../../../client/index.ts'
import {
  Banner,
  CodeView,
  ErrorState,
  Facts,
  formatMoment,
  LoadingState,
  Menu,
  Panel,
  Segments,
  Status,
} from '../../../kit/index.ts'
import { ReleaseDifference } from './ReleaseDifference.tsx'
import { inOrder, releaseBefore, resultOf, verdictOf } from './releaseView.ts'

/** One release: what it was made of, and what differs from another one. */
export function ReleaseDetail({ scope, row, rows }: { scope: Scope; row: ReleaseRow; rows: readonly ReleaseRow[] }) {
  const [other, setOther] = useState(
    () => releaseBefore(rows, row.id)?.id ?? rows.find((each) => each.id !== row.id)?.id,
  )
  const [view, setView] = useState<'changes' | 'values'>('changes')
  const detail = useCall(
    (client, signal) => client.releases.detail({ ...scope, releaseId: row.id }, { signal }),
    [scope.context, scope.namespace, row.id],
  )
  const compared = rows.find((each) => each.id === other)
  const isBefore = compared !== undefined && compared.id === releaseBefore(rows, row.id)?.id
  return (
    <div className="release">
      <Panel title={`Release ${row.version}`} isScrolling>
        <ReleaseFacts row={row} />
        {detail.value ? (
          <Facts
            rows={[
              { name: 'Objects', value: detail.value.objects },
              {
                name: 'Images',
                value: (
                  <ul className="release-images mono" aria-label="Images">
                    {detail.value.images.map((image) => (
                      <li key={image}>{image}</li>
                    ))}
                  </ul>
                ),
              },
            ]}
          />
        ) : detail.error ? (
          <ErrorState fault={detail.error} onRetry={detail.reload} />
        ) : (
          <LoadingState rows={2} />
        )}
      </Panel>
      <Panel
        isFlush
        label="What differs"
        title={
          view === 'values' ? 'Values' : isBefore ? 'Changed since the release before' : 'Compared with another release'
        }
        aside={
          <>
            {view === 'changes' && rows.length > 1 ? (
              <Menu
                label="Compare with"
                hasText
                trigger={
                  <button type="button" className="k-button k-button-default k-button-small">
                    {compared ? `with ${nameOf(compared)}` : 'Compare with'}
                    <ChevronDown size={14} strokeWidth={1.6} aria-hidden />
                  </button>
                }
                items={rows
                  .filter((each) => each.id !== row.id)
                  .map((each) => ({ id: each.id, title: nameOf(each), perform: () => setOther(each.id) }))}
              />
            ) : null}
            <Segments
              label="Part"
              value={view}
              options={[
                { value: 'changes', title: 'Changes' },
                { value: 'values', title: 'Values' },
              ]}
              onChange={setView}
            />
          </>
        }
      >
        {view === 'values' ? (
          detail.value?.values ? (
            <CodeView text={detail.value.values} label={`Values of ${row.version}`} />
          ) : (
            <p className="note deploy-none">{detail.value ? 'Nothing beyond the profile was set.' : 'Loading.'}</p>
          )
        ) : compared ? (
          <ReleaseDifference key={compared.id} scope={scope} rows={rows} {...inOrder(rows, row.id, compared.id)} />
        ) : (
          <p className="note deploy-none">It is the only release that is kept: there is none to compare it with.</p>
        )}
      </Panel>
    </div>
  )
}

const nameOf = (row: ReleaseRow) => `${row.version} of ${formatMoment(row.startedAt)}`

function ReleaseFacts({ row }: { row: ReleaseRow }) {
  const result = resultOf(row)
  const verdict = verdictOf(row.back.state)
  return (
    <>
      {row.fault ? (
        <Banner tone="crit" title={row.fault.message}>
          {row.stage === '' ? null : `At ${row.stage}.`}
        </Banner>
      ) : null}
      <Facts
        rows={[
          { name: 'Result', value: <Status status={result.status}>{result.word}</Status> },
          { name: 'Started', value: formatMoment(row.startedAt) },
          { name: 'Profile', value: row.profile },
          { name: 'Schema', value: row.schema === '' ? 'not known' : <code>{row.schema}</code> },
          ...(row.isCurrent
            ? []
            : [
                {
                  name: 'Going back',
                  value: (
                    <>
                      <Status status={verdict.status}>{verdict.word}</Status>
                      {row.back.detail === '' ? null : <div className="quiet-text">{row.back.detail}</div>}
                    </>
                  ),
                },
              ]),
          { name: 'Digest', value: <code title={row.digest}>{row.digest.slice(0, 16)}</code> },
        ]}
      />
    </>
  )
}
