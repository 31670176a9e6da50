import './ImpactView.css'

/** The same shape as a field change of the contract. */
export interface FieldChangeLike {
  path: string
  before: string
  after: string
  effect: string
}

/** Fields with their value now and after, and what follows from each. The column of effects is left out where none has one. */
export function FieldChanges({ changes, label }: { changes: readonly FieldChangeLike[]; label: string }) {
  const hasEffects = changes.some((change) => change.effect !== '')
  return (
    <table className="k-changes" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Field</th>
          <th scope="col">Now</th>
          <th scope="col">After</th>
          {hasEffects ? <th scope="col">Effect</th> : null}
        </tr>
      </thead>
      <tbody className="selectable">
        {changes.map((change) => (
          <tr key={change.path}>
            <th scope="row" title={change.path}>
              {shortPath(change.path)}
            </th>
            <td>{value(change.before, 'k-changes-before', 'not set')}</td>
            <td>{value(change.after, 'k-changes-after', 'removed')}</td>
            {hasEffects ? <td className="quiet-text">{change.effect}</td> : null}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function value(text: string, tone: string, nothing: string) {
  return text === '' ? <span className="k-changes-none">{nothing}</span> : <code className={tone}>{text}</code>
}

/** The pod template's prefix is the same in every row and says nothing to people. */
function shortPath(path: string): string {
  return path.replace(/^spec\.template\.spec\./, '').replace(/^spec\./, '')
}
