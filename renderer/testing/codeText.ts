import { EditorView } from '@codemirror/view'
import { act, screen } from '@testing-library/react'
import { patience } from './openWindow.tsx'

async function editorOf(label: string): Promise<EditorView> {
  const view = EditorView.findFromDOM(await screen.findByRole('textbox', { name: label }, patience))
  if (!view) throw new Error(`${label} is no editor.`)
  return view
}

/** The whole text of an editor, also what its window does not draw. */
export async function codeIn(label: string): Promise<string> {
  return (await editorOf(label)).state.doc.toString()
}

/** Replaces the text of an editor, as typing would. */
export async function typeCode(label: string, text: string): Promise<void> {
  const view = await editorOf(label)
  act(() => view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, userEvent: 'input' }))
}
