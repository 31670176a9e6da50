import { Copy } from 'lucide-react'
import { IconButton } from './Button.tsx'
import { CodeText } from './code/CodeText.tsx'
import './CodeView.css'

/** A short piece of raw text: an error's facts, a command. Selectable. */
export function CodeBlock({ text }: { text: string }) {
  return <pre className="k-code-block mono selectable">{text}</pre>
}

export interface CodeViewProps {
  text: string
  label: string
  /** Hides the copy button where the caller has its own. */
  isBare?: boolean
}

/** YAML to read: coloured, foldable, searched by Ctrl F. */
export function CodeView({ text, label, isBare = false }: CodeViewProps) {
  return (
    <div className="k-code-view">
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
      <CodeText label={label} text={text} />
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
