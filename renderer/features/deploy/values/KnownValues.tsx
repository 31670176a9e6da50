import { useState } from 'react'
import { FilterField } from '../../../kit/index.ts'
import type { KnownValue } from './useValuesCheck.ts'

/** What may be written in a values file; a click writes it at its place, or goes to it where it is written. */
export function KnownValues({
  known,
  profile,
  onInsert,
}: {
  known: readonly KnownValue[]
  profile: string
  onInsert: (value: KnownValue) => void
}) {
  const [filter, setFilter] = useState('')
  const shown = known.filter((value) => matches(value, filter))
  return (
    <div className="values-known">
      <div className="values-known-head">
        <FilterField label="Filter known values" value={filter} onChange={setFilter} width="100%" />
      </div>
      <ul className="values-known-list" aria-label="Known values">
        {shown.map((value) => (
          <li key={value.path}>
            <button type="button" onClick={() => onInsert(value)} title="Insert it, or go to it where it is written">
              <span className="values-known-line">
                <code>{value.path}</code>
                <span className="dim">{value.type}</span>
              </span>
              <span className="note">{value.description}</span>
              {value.standard === '' ? null : (
                <span className="note values-standard">
                  {profile} <code>{value.standard}</code>
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
      {known.length > 0 && shown.length === 0 ? (
        <p className="note values-known-none">No known value matches. {known.length} exist without the filter.</p>
      ) : null}
    </div>
  )
}

function matches(value: KnownValue, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/)
  const text = `${value.path} ${value.description}`.toLowerCase()
  return words.every((word) => text.includes(word))
}
