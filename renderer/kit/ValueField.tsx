import { Eye, EyeOff } from 'lucide-react'
import { useId, useRef, useState, type ClipboardEvent, type KeyboardEvent } from 'react'
import { IconButton } from './Button.tsx'
import { shownText, unusualLineEnds, withEdit } from './lineEndings.ts'
import { useEnter } from './useEnter.ts'
import './Field.css'
import './ValueField.css'

export interface ValueFieldProps {
  label: string
  hiddenLabel?: boolean
  value: string
  onChange: (value: string) => void
  placeholder?: string
  autoFocus?: boolean
  /** Masked unless the person asks to see what was typed. */
  isSecret?: boolean
  /** When Enter is released in a value of one line. */
  onEnter?: (() => void) | undefined
}

const tallest = 14

/**
 * A text that some program reads, of one line or many, kept to the byte: what is not edited keeps its line ends, and what is pasted
 * keeps its lines. Enter belongs to the dialog while there is one line (Shift and Enter begins another), then to the text.
 */
export function ValueField({ label, hiddenLabel, value, onChange, isSecret = false, ...props }: ValueFieldProps) {
  const id = useId()
  const [isVisible, setVisible] = useState(!isSecret)
  const pasted = useRef('')
  const enter = useEnter(props.onEnter ?? nothing)
  const shown = shownText(value)
  const lines = shown.split('\n').length
  const ends = unusualLineEnds(value)
  const isSubmitting = (event: KeyboardEvent) =>
    event.key === 'Enter' && !event.shiftKey && (lines === 1 || event.ctrlKey || event.metaKey)
  return (
    <div className="k-field">
      <label htmlFor={id} className={hiddenLabel ? 'visually-hidden' : 'k-field-label'}>
        {label}
      </label>
      <div className="k-field-box k-field-multiline mono">
        <textarea
          id={id}
          className={isVisible ? undefined : 'k-value-masked'}
          rows={Math.min(tallest, lines)}
          value={shown}
          placeholder={props.placeholder}
          autoComplete="off"
          autoFocus={props.autoFocus}
          spellCheck={false}
          aria-describedby={ends === undefined ? undefined : `${id}-ends`}
          onPaste={(event: ClipboardEvent) => {
            pasted.current = event.clipboardData.getData('text/plain')
          }}
          onChange={(event) => {
            onChange(withEdit(value, event.target.value, pasted.current))
            pasted.current = ''
          }}
          onKeyDown={(event) => {
            if (isSubmitting(event)) enter.onKeyDown(event)
          }}
          onKeyUp={enter.onKeyUp}
          onBlur={enter.onBlur}
        />
        {isSecret ? (
          <IconButton
            icon={isVisible ? EyeOff : Eye}
            size="small"
            label={isVisible ? 'Hide what was typed' : 'Show what was typed'}
            onClick={() => setVisible(!isVisible)}
          />
        ) : null}
      </div>
      {ends === undefined ? null : (
        <div id={`${id}-ends`} className="k-field-hint">
          Lines end with {ends}. They are kept.
        </div>
      )}
    </div>
  )
}

const nothing = () => undefined
