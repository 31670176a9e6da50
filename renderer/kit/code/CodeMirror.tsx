import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useLayoutEffect, useRef } from 'react'
import { reading, setup, setWrongLines, writing } from './setup.ts'
import { edge, outside } from './outside.ts'

export interface CodeMirrorProps {
  label: string
  text: string
  /** Without it the text is only read. */
  onChange?: ((text: string) => void) | undefined
  /** Lines that are wrong, from 1. */
  wrongLines?: readonly number[]
  autoFocus?: boolean | undefined
}

/** The editor itself. The text belongs to the caller: one that comes from outside replaces what differs, and the cursor stays. */
export function CodeMirror({ label, text, onChange, wrongLines = [], autoFocus }: CodeMirrorProps) {
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const latest = useRef({ text, onChange })
  const canWrite = onChange !== undefined
  useEffect(() => {
    latest.current = { text, onChange }
  })
  useLayoutEffect(() => {
    const parent = box.current
    if (!parent) return
    const editor = new EditorView({
      parent,
      state: EditorState.create({
        doc: latest.current.text,
        extensions: [
          ...setup(label),
          ...(canWrite ? writing : reading),
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || update.transactions.some((each) => each.annotation(outside) !== undefined)) return
            latest.current.onChange?.(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = editor
    return () => {
      view.current = null
      editor.destroy()
    }
  }, [label, canWrite])
  useEffect(() => {
    if (autoFocus) view.current?.focus()
  }, [autoFocus])
  useLayoutEffect(() => {
    const editor = view.current
    const change = editor ? edge(editor.state.doc.toString(), text) : undefined
    if (change) editor?.dispatch({ changes: change, annotations: outside.of(true) })
  }, [text])
  const wrong = wrongLines.join()
  useLayoutEffect(() => {
    view.current?.dispatch({ effects: setWrongLines.of(wrong === '' ? [] : wrong.split(',').map(Number)) })
  }, [wrong, label, canWrite])
  return <div ref={box} className="k-code-mirror selectable" />
}
