import type { RefObject } from 'react'
import { Field, StatusGlyph } from '../kit/index.ts'
import './TypedName.css'

interface TypedNameProps {
  name: string
  typed: string
  onChange: (typed: string) => void
  onEnter: () => void
  field: RefObject<HTMLInputElement | null>
}

/** The cluster's name, letter by letter: what a change of production data is confirmed with. Enter confirms. */
export function TypedName({ name, typed, onChange, onEnter, field }: TypedNameProps) {
  const isRight = typed === name
  const left = name.length - typed.length
  return (
    <div className="app-typed">
      <span>
        Type <code>{name}</code>
      </span>
      <Field
        ref={field}
        label={`Type ${name} to confirm`}
        hiddenLabel
        mono
        value={typed}
        onChange={onChange}
        onEnter={onEnter}
        suffix={
          isRight ? (
            <StatusGlyph status="healthy" size={14} />
          ) : (
            <span className="note">{name.startsWith(typed) ? `${left} to go` : 'does not match'}</span>
          )
        }
      />
    </div>
  )
}
