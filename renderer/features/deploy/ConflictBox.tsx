import { useId } from 'react'
import type { FieldConflict } from '#shared/contract/deploy.ts'
import { RelativeTime, StatusGlyph } from '../../kit/index.ts'
import type { Choice } from './decisions.ts'
import { readable, Value } from './FieldTable.tsx'

export interface ConflictBoxProps {
  conflict: FieldConflict
  /** What taking the field over leads to, as the plan says: "restarts the pods". */
  effect: string
  choice: Choice | undefined
  onChoose: ((choice: Choice) => void) | undefined
}

/** A field that somebody else owns: both values, the owner, and the two ways out. */
export function ConflictBox({ conflict, effect, choice, onChoose }: ConflictBoxProps) {
  const name = useId()
  const field = readable(conflict.field)
  return (
    <fieldset className="conflict" data-testid="deploy-conflict">
      <legend className="visually-hidden">{field} has another owner</legend>
      <div className="conflict-head" aria-hidden>
        <StatusGlyph status="warning" size={14} />
        <b className="truncate" title={conflict.field}>
          {field}
        </b>
        <span>has another owner</span>
      </div>
      <dl className="conflict-facts">
        <dt>Live</dt>
        <dd>
          <Value text={conflict.live} absent="not set" kind="plain" />
        </dd>
        <dt>Wanted</dt>
        <dd>
          <Value text={conflict.wanted} absent="not set" kind="plain" />
        </dd>
        <dt>Owner</dt>
        <dd>
          <code>{conflict.manager}</code>
          {conflict.at === undefined ? null : (
            <span className="dim">
              {' '}
              since <RelativeTime time={conflict.at} />
            </span>
          )}
        </dd>
      </dl>
      <label className="conflict-choice">
        <input
          type="radio"
          name={name}
          checked={choice === 'keep'}
          disabled={!onChoose}
          onChange={() => onChoose?.('keep')}
        />
        <b>Keep</b>
        <span>{conflict.manager} stays its owner. The rest of the object is deployed.</span>
      </label>
      <label className="conflict-choice">
        <input
          type="radio"
          name={name}
          checked={choice === 'take'}
          disabled={!onChoose}
          onChange={() => onChoose?.('take')}
        />
        <b>Take</b>
        <span>
          The release's value is set, and the console becomes its owner{effect === '' ? '.' : `; this ${effect}.`}
        </span>
      </label>
    </fieldset>
  )
}
