import { useState, type RefObject } from 'react'
import type { ValueFault } from '#shared/contract/deploy.ts'
import './values.css'

/** Pixels of a line; the style sheet has the same figure. */
export const valuesLineHeight = 19

export interface ValuesEditorProps {
  text: string
  faults: readonly ValueFault[]
  onChange: (text: string) => void
  onFile: (file: File) => void
  field: RefObject<HTMLTextAreaElement | null>
  /** Id of the list of faults, for screen readers. */
  describedBy: string
}

/** YAML as plain text with line numbers; lines with a fault are marked. A file can be dropped on it. */
export function ValuesEditor({ text, faults, onChange, onFile, field, describedBy }: ValuesEditorProps) {
  const [scrolled, setScrolled] = useState(0)
  const [isOver, setOver] = useState(false)
  const count = text.split('\n').length
  const wrong = new Set(faults.map((fault) => fault.line))
  const shift = { transform: `translateY(${-scrolled}px)` }
  return (
    <div
      className={`values-editor mono${isOver ? ' is-over' : ''}`}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        const file = event.dataTransfer.files[0]
        if (file) onFile(file)
      }}
    >
      <div className="values-marks" aria-hidden>
        <div style={shift}>
          {[...wrong]
            .filter((line) => line > 0 && line <= count)
            .map((line) => (
              <i key={line} style={{ top: (line - 1) * valuesLineHeight }} />
            ))}
        </div>
      </div>
      <div className="values-numbers" aria-hidden>
        <div style={shift}>
          {Array.from({ length: count }, (_, index) => (
            <span key={index} className={wrong.has(index + 1) ? 'is-wrong' : undefined}>
              {index + 1}
            </span>
          ))}
        </div>
      </div>
      <textarea
        ref={field}
        aria-label="Values as YAML"
        aria-invalid={faults.length > 0 || undefined}
        aria-describedby={describedBy}
        className="selectable"
        value={text}
        wrap="off"
        spellCheck={false}
        placeholder={'# Only what differs from the profile.\n# Insert a value from the list at the right.'}
        onChange={(event) => onChange(event.target.value)}
        onScroll={(event) => setScrolled(event.currentTarget.scrollTop)}
      />
    </div>
  )
}
