import { EditorView } from '@codemirror/view'
import { act, cleanup, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, expect, test } from 'vitest'
import { CodeMirror } from './CodeMirror.tsx'
import { edge } from './outside.ts'

afterEach(cleanup)

const view = () => {
  const found = EditorView.findFromDOM(screen.getByRole('textbox', { name: 'YAML' }))
  if (!found) throw new Error('no editor')
  return found
}
const insert = (from: number, text: string) =>
  act(() => view().dispatch({ changes: { from, insert: text }, selection: { anchor: from + text.length } }))

test('what is typed is told once, and text from outside is shown without being told', () => {
  const told: string[] = []
  const { rerender } = render(<CodeMirror label="YAML" text={'a: 1\n'} onChange={(text) => told.push(text)} />)
  insert(5, 'b: 2\n')
  expect(told).toEqual(['a: 1\nb: 2\n'])
  rerender(<CodeMirror label="YAML" text={'a: 9\nb: 2\n'} onChange={(text) => told.push(text)} />)
  expect(view().state.doc.toString()).toBe('a: 9\nb: 2\n')
  expect(view().state.selection.main.head).toBe(10)
  expect(told).toHaveLength(1)
})

test('a caller that keeps another text than was typed wins', () => {
  function Upper() {
    const [text, setText] = useState('a')
    return <CodeMirror label="YAML" text={text} onChange={(typed) => setText(typed.toUpperCase())} />
  }
  render(<Upper />)
  insert(1, 'b')
  expect(view().state.doc.toString()).toBe('AB')
})

test('a text that is only read can be reached and says so', () => {
  render(<CodeMirror label="YAML" text="a: 1" />)
  expect(screen.getByRole('textbox', { name: 'YAML' }).getAttribute('aria-readonly')).toBe('true')
  expect(view().state.readOnly).toBe(true)
})

test('wrong lines are marked, those that do not exist are not', () => {
  const { rerender } = render(<CodeMirror label="YAML" text={'a\nb\nc'} wrongLines={[2, 2, 0, 9]} />)
  const marked = () => [...document.querySelectorAll('.cm-line.k-code-wrong')].map((line) => line.textContent)
  expect(marked()).toEqual(['b'])
  rerender(<CodeMirror label="YAML" text={'a\nb\nc'} wrongLines={[]} />)
  expect(marked()).toEqual([])
})

test('only what differs is replaced', () => {
  expect(edge('abc', 'abc')).toBeUndefined()
  expect(edge('a\nb', 'a\r\nb')).toBeUndefined()
  expect(edge('abc', 'axc')).toEqual({ from: 1, to: 2, insert: 'x' })
  expect(edge('aa', 'aaa')).toEqual({ from: 2, to: 2, insert: 'a' })
})
