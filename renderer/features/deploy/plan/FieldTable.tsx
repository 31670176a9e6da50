import type { FieldChange } from '#shared/contract/changes.ts'
import './resource.css'

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
export function Value({
  text,
  absent,
  kind,
}: {
  text: string
  absent: string
  kind: 'old' | 'new' | 'plain' | 'live'
}) {
  if (text === '') return <span className="note">{absent}</span>
  return <code className={`field-value field-value-${kind}`}>{text}</code>
}

/**
 * A path as people read it: `backend: env LOG_LEVEL` for `spec.template.spec.containers[backend].env[LOG_LEVEL].value`.
 * What every object of the kind has in front of it is left out.
 */
export function readable(path: string): string {
  return path
    .replace(/^spec\.(?:jobTemplate\.spec\.)?template\.spec\.(?:initContainers|containers)\[([^\]]+)\]\.(?=.)/, '$1: ')
    .replace(/^(metadata|spec)\.(?=.)/, '')
    .replace(/(^|: )env\[([^\]]+)\](\.value)?/, '$1env $2')
    .replace(/(^|: )resources\./, '$1')
}
