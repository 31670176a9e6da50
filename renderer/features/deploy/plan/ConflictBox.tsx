import { useId, type ReactNode } from 'react'
import type { FieldConflict } from '#shared/contract/plan.ts'
import { RelativeTime, StatusGlyph } from '../../../kit/index.ts'
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
        <div>
          <dt>Live</dt>
          <dd>
            <Value text={conflict.live} absent="not set" kind="plain" />
          </dd>
        </div>
        <div>
          <dt>Wanted</dt>
          <dd>
            <Value text={conflict.wanted} absent="not set" kind="plain" />
          </dd>
        </div>
        <div>
          <dt>Owner</dt>
          <dd>
            <code>{conflict.manager}</code>
            {conflict.at === undefined ? null : (
              <span className="quiet-text">
                {' '}
                set <RelativeTime time={conflict.at} />
              </span>
            )}
          </dd>
        </div>
      </dl>
      {onChoose ? (
        <>
          <Way
            name={name}
            title={`Keep ${short(conflict.live)}`}
            isChosen={choice === 'keep'}
            onChoose={() => onChoose('keep')}
          >
            {conflict.manager} stays its owner. The rest of the object is deployed.
          </Way>
          <Way
            name={name}
            title={`Take ${short(conflict.wanted)}`}
            isChosen={choice === 'take'}
            onChoose={() => onChoose('take')}
          >
            The release's value is set, and the console becomes its owner{effect === '' ? '.' : `; this ${effect}.`}
          </Way>
        </>
      ) : (
        <p>{choice === 'take' ? "Taken over: the release's value is set." : 'Kept as it is live.'}</p>
      )}
    </fieldset>
  )
}

/** One way out of a conflict. */
function Way(props: { name: string; title: string; isChosen: boolean; onChoose: () => void; children: ReactNode }) {
  return (
    <label className="conflict-choice">
      <input type="radio" name={props.name} checked={props.isChosen} onChange={props.onChoose} />
      <b>{props.title}</b>
      <span>{props.children}</span>
    </label>
  )
}

/** A value that fits beside the word; a longer one stands above. */
const short = (value: string) => (value.length <= 20 ? value : '')
