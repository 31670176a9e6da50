import type { DriftedObject } from '#shared/contract/drift.ts'
import { Checkbox, RelativeTime, Status, type StatusKind } from '../../../kit/index.ts'
import { readable, Value } from '../plan/FieldTable.tsx'

const states: Record<DriftedObject['state'], { status: StatusKind; word: string }> = {
  changed: { status: 'warning', word: 'Changed' },
  missing: { status: 'failed', word: 'Missing' },
  unexpected: { status: 'unknown', word: 'In no release' },
}

/** One object that is not as the release says: its fields with both values, and who set them when. */
export function DriftObject({
  object,
  isChosen,
  onChoose,
}: {
  object: DriftedObject
  isChosen: boolean
  onChoose: (isChosen: boolean) => void
}) {
  const { status, word } = states[object.state]
  return (
    <li className={isChosen ? 'drift-object is-selected' : 'drift-object'}>
      <div className="drift-head">
        <Checkbox label={`${object.kind} ${object.name}`} hiddenLabel checked={isChosen} onChange={onChoose} />
        <span className="truncate">
          <span className="dim">{object.kind}</span> <b>{object.name}</b>
        </span>
        <Status status={status}>{word}</Status>
        {object.notes.length === 0 ? null : (
          <span className="note drift-note truncate">Reverting {object.notes.join(', ')}</span>
        )}
      </div>
      {object.fields.length === 0 ? null : (
        <table className="field-table drift-table" aria-label={`Fields of ${object.name}`}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Release</th>
              <th scope="col">Live</th>
              <th scope="col">Set by</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody className="selectable">
            {object.fields.map((field) => (
              <tr key={field.path}>
                <th scope="row" title={field.path}>
                  {readable(field.path)}
                </th>
                <td>
                  <Value text={field.before} absent="not set" kind="plain" />
                </td>
                <td>
                  <Value text={field.after} absent="not set" kind="live" />
                </td>
                <td>
                  {field.manager === '' ? (
                    <span className="note">no manager recorded</span>
                  ) : (
                    <code>{field.manager}</code>
                  )}
                </td>
                <td>
                  {field.at === undefined ? <span className="note">not known</span> : <RelativeTime time={field.at} />}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </li>
  )
}
