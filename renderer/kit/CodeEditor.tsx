import { StatusGlyph } from './Status.tsx'
import './CodeEditor.css'

/** One thing that is wrong with the text. */
export interface EditorFault {
  /** 1-based; 0 when it is about the whole text. */
  line: number
  message: string
}

export interface CodeEditorProps {
  label: string
  text: string
  onChange: (text: string) => void
  faults?: readonly EditorFault[]
  /** Why it cannot be edited now. */
  locked?: string | undefined
  autoFocus?: boolean
}

/** YAML or plain text to edit, with line numbers; lines that are wrong are marked, and said below. */
export function CodeEditor({ label, text, onChange, faults = [], locked, autoFocus }: CodeEditorProps) {
  const lines = text.split('\n').length
  const wrong = new Set(faults.map((fault) => fault.line))
  return (
    <div className="k-editor">
      <div className="k-editor-scroll mono">
        <div className="k-editor-numbers" aria-hidden>
          {Array.from({ length: lines }, (_, index) => (
            <span key={index} data-wrong={wrong.has(index + 1) || undefined}>
              {index + 1}
            </span>
          ))}
        </div>
        <textarea
          aria-label={label}
          aria-invalid={faults.length > 0 || undefined}
          value={text}
          rows={lines}
          wrap="off"
          spellCheck={false}
          autoFocus={autoFocus}
          readOnly={locked !== undefined}
          title={locked}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      {faults.length > 0 ? (
        <ul className="k-editor-faults" role="alert">
          {faults.map((fault) => (
            <li key={`${fault.line} ${fault.message}`}>
              <StatusGlyph status="failed" size={13} />
              <span className="selectable">
                {fault.line > 0 ? `Line ${fault.line}: ` : ''}
                {fault.message}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}
