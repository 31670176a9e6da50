import { StatusGlyph } from './Status.tsx'
import { CodeText } from './code/CodeText.tsx'
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
  /** Why it cannot be edited now: then it is only read. */
  locked?: string | undefined
  autoFocus?: boolean
}

/** YAML to edit; lines that are wrong are marked, and said below. */
export function CodeEditor({ label, text, onChange, faults = [], locked, autoFocus }: CodeEditorProps) {
  return (
    <div className="k-editor" title={locked}>
      <CodeText
        label={label}
        text={text}
        onChange={locked === undefined ? onChange : undefined}
        wrongLines={faults.map((fault) => fault.line)}
        autoFocus={autoFocus}
      />
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
