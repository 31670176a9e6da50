import { Copy } from 'lucide-react'
import { IconButton } from './Button.tsx'
import './CodeView.css'

/** A short piece of raw text: an error's facts, a command. Selectable. */
export function CodeBlock({ text }: { text: string }) {
  return <pre className="k-code-block mono selectable">{text}</pre>
}

export interface CodeViewProps {
  text: string
  label: string
  hasLineNumbers?: boolean
  /** Hides the copy button where the caller has its own. */
  isBare?: boolean
}

/** YAML, JSON or SQL to read, with line numbers. Keys of YAML are dimmed a step so that values stand out. */
export function CodeView({ text, label, hasLineNumbers = true, isBare = false }: CodeViewProps) {
  const lines = text.replace(/\n$/, '').split('\n')
  return (
    <div className="k-code" role="region" aria-label={label} tabIndex={0}>
      {isBare ? null : (
        <div className="k-code-tools">
          <IconButton
            icon={Copy}
            label="Copy"
            size="small"
            outlined
            onClick={() => void navigator.clipboard.writeText(text)}
          />
        </div>
      )}
      <div className="k-code-lines mono selectable">
        {lines.map((line, index) => (
          <div key={index} className="k-code-line">
            {hasLineNumbers ? <span className="k-code-number">{index + 1}</span> : null}
            <code>
              <YamlLine line={line} />
            </code>
          </div>
        ))}
      </div>
    </div>
  )
}

/** Key and value of a YAML line in two tones; any other text as it is. */
export function YamlLine({ line }: { line: string }) {
  const match = /^(\s*(?:- )?)([\w./"'-]+:)(\s.*)?$/.exec(line)
  if (!match) return <>{line}</>
  return (
    <>
      {match[1]}
      <span className="k-code-key">{match[2]}</span>
      {match[3]}
    </>
  )
}
