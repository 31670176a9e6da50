import { afterEach, expect, test } from 'vitest'
import { belongsToTerminal, chordOf, isPlain, takesText } from './keys.ts'

const none = { code: '', ctrlKey: false, metaKey: false, shiftKey: false, altKey: false }

afterEach(() => {
  document.body.innerHTML = ''
})

test('presses read as they are written in actions', () => {
  expect(chordOf({ ...none, key: 'k', ctrlKey: true })).toBe('Ctrl+K')
  expect(chordOf({ ...none, key: 'k', metaKey: true })).toBe('Ctrl+K')
  expect(chordOf({ ...none, key: 'R', ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+R')
  expect(chordOf({ ...none, key: '?', shiftKey: true })).toBe('?')
  expect(chordOf({ ...none, key: 'N', shiftKey: true })).toBe('Shift+N')
  expect(chordOf({ ...none, key: ' ' })).toBe('Space')
  expect(chordOf({ ...none, key: 'ArrowLeft', altKey: true })).toBe('Alt+ArrowLeft')
})

test('Ctrl with a digit is that digit on every keyboard', () => {
  expect(chordOf({ ...none, key: '&', code: 'Digit1', ctrlKey: true })).toBe('Ctrl+1')
})

test('single keys and sequences are plain, chords are not', () => {
  expect(['L', 'G F', 'Shift+N', 'Ctrl+K', 'Alt+ArrowLeft'].map(isPlain)).toEqual([true, true, true, false, false])
})

test('fields and terminals take text, checkboxes do not', () => {
  document.body.innerHTML =
    '<input id="a"><input id="b" type="checkbox"><textarea id="c"></textarea><div class="xterm"><span id="d"></span></div>'
  expect(['a', 'b', 'c', 'd'].map((id) => takesText(document.getElementById(id)))).toEqual([true, false, true, true])
})

test('in a terminal Ctrl with a letter belongs to its shell', () => {
  document.body.innerHTML = '<div class="xterm"><span id="t"></span></div><p id="p"></p>'
  const terminal = document.getElementById('t')
  expect(belongsToTerminal(terminal, 'Ctrl+K')).toBe(true)
  expect(belongsToTerminal(terminal, 'Ctrl+Shift+T')).toBe(false)
  expect(belongsToTerminal(document.getElementById('p'), 'Ctrl+K')).toBe(false)
})
