import { RelativeTime } from '../../../kit/index.ts'
import type { FormProps } from './formProps.ts'

/** One of the earlier revisions. */
export function RevisionForm({ change, detail, onChange }: FormProps<'undo'>) {
  const earlier = detail.revisions.filter((each) => !each.isCurrent).sort((a, b) => b.revision - a.revision)
  return (
    <div className="change-revisions" role="radiogroup" aria-label="Revision to return to">
      {earlier.map((each) => (
        <button
          key={each.revision}
          type="button"
          role="radio"
          aria-checked={each.revision === change.revision}
          className="change-revision"
          onClick={() => onChange({ do: 'undo', revision: each.revision })}
        >
          <span className="change-radio" aria-hidden />
          <b>Revision {each.revision}</b>
          <span className="dim">
            <RelativeTime time={each.createdAt} />
          </span>
          <span className="mono truncate" title={each.images.join(', ')}>
            {each.images.join(', ')}
          </span>
          {each.cause === '' ? null : <span className="quiet-text">{each.cause}</span>}
        </button>
      ))}
    </div>
  )
}
