import type { FieldChange } from '#shared/contract/deploy.ts'

/** Fields with the value now and the value planned, and what follows from it. */
export function FieldTable({
  fields,
  label,
  before,
  after,
  hasEffects = true,
}: {
  fields: readonly FieldChange[]
  label: string
  /** Titles of the two columns of values. */
  before: string
  after: string
  hasEffects?: boolean
}) {
  return (
    <table className={hasEffects ? 'field-table' : 'field-table field-table-three'} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">{before}</th>
          <th scope="col">{after}</th>
          {hasEffects ? <th scope="col">Effect</th> : null}
        </tr>
      </thead>
      <tbody className="selectable">
        {fields.map((field) => (
          <tr key={field.path}>
            <th scope="row" title={field.path}>
              {readable(field.path)}
            </th>
            <td>
              <Value text={field.before} absent="not set" kind="old" />
            </td>
            <td>
              <Value text={field.after} absent="removed" kind="new" />
            </td>
            {hasEffects ? <td className="field-effect">{field.effect}</td> : null}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

/** A value in the colour of its side, or the word for none. */
export function Value({ text, absent, kind }: { text: string; absent: string; kind: 'old' | 'new' | 'plain' }) {
  if (text === '') return <span className="note">{absent}</span>
  return <code className={`field-value field-value-${kind}`}>{text}</code>
}

/** The part of a path that people look for: what every pod template has in front of it is left out. */
export function readable(path: string): string {
  return path.replace(/^spec\.template\.spec\.containers/, 'containers').replace(/^(metadata|spec)\.(?=.)/, '')
}
