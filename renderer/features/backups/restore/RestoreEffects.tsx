import { useState } from 'react'
import type { RestorePlan } from '#shared/contract/backups.ts'
import { Banner, Facts, formatCount, plural } from '../../../kit/index.ts'
import { rowsGained, rowsLost, tableChanges, type TableChange } from './tableChanges.ts'

const shortList = 5

/** The price and the gain of a restore, table by table, and who notices it. */
export function RestoreEffects({ plan }: { plan: RestorePlan }) {
  const changes = tableChanges(plan.tables)
  const lost = rowsLost(changes)
  const gained = rowsGained(changes)
  return (
    <>
      <h3>What it affects</h3>
      {lost > 0 ? (
        <Banner
          tone="warn"
          title={`${plural(lost, 'current row')} ${lost === 1 ? 'leaves' : 'leave'} the live database.`}
        >
          They stay in the safety backup and, until you keep the restore, in the previous database.
        </Banner>
      ) : (
        <Banner
          tone="neutral"
          title={
            gained > 0
              ? `${plural(gained, 'row')} ${gained === 1 ? 'comes' : 'come'} back.`
              : 'The row counts stay as they are.'
          }
        />
      )}
      {plan.warnings.map((warning) => (
        <Banner key={warning} tone="warn" title={warning} />
      ))}
      <ChangeTable changes={changes} />
      <Facts rows={plan.effects.map((effect) => ({ name: effect.title, value: effect.detail }))} />
    </>
  )
}

function ChangeTable({ changes }: { changes: readonly TableChange[] }) {
  const [isAll, setAll] = useState(false)
  const shown = isAll ? changes : changes.slice(0, shortList)
  const rest = changes.slice(shown.length)
  return (
    <table className="restore-table">
      <thead>
        <tr>
          <th scope="col">Table</th>
          <th scope="col">Now</th>
          <th scope="col">After</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        {shown.map((row) => (
          <tr key={row.name}>
            <th scope="row" className="mono" title={row.name}>
              {row.name.replace(/^public\./, '')}
            </th>
            <td>{row.now === null ? '–' : formatCount(row.now)}</td>
            <td className="strong">{row.after === null ? '–' : formatCount(row.after)}</td>
            <td className={toneOf(row)}>{row.word}</td>
          </tr>
        ))}
        {rest.length > 0 ? (
          <tr>
            <th scope="row" colSpan={3}>
              <button type="button" className="backups-more" onClick={() => setAll(true)}>
                {rest.length} more {rest.length === 1 ? 'table' : 'tables'}
              </button>
            </th>
            <td className="dim">{rest.every((row) => row.change === 0) ? 'same' : ''}</td>
          </tr>
        ) : null}
      </tbody>
    </table>
  )
}

function toneOf(row: TableChange): string {
  if (row.change === 0) return 'dim'
  const isGain = row.change === null ? row.now === null : row.change > 0
  return isGain ? 'restore-gain' : 'restore-loss'
}
