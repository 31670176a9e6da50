import { lazy, Suspense } from 'react'
import type { CodeMirrorProps } from './CodeMirror.tsx'
import './CodeText.css'

// An editor is as large as a third of the page: it comes with the first text that needs it.
const CodeMirror = lazy(async () => ({ default: (await import('./CodeMirror.tsx')).CodeMirror }))

/** YAML with colours, folding, a search (Ctrl F) and one scrollbar, to read or to edit. Until the editor is there, the plain text. */
export function CodeText(props: CodeMirrorProps) {
  return (
    <div className="k-code-text" data-wrong={props.wrongLines && props.wrongLines.length > 0 ? true : undefined}>
      <Suspense fallback={<pre className="k-code-plain mono">{props.text}</pre>}>
        <CodeMirror {...props} />
      </Suspense>
    </div>
  )
}
