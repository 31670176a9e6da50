import { expect, it } from 'vitest'
import { pasteOf } from './paste.ts'

it.each([
  ['one', ['one'], 0],
  ['one\n', ['one'], 0],
  ['one\r\ntwo\rthree', ['one', 'two', 'three'], 0],
  ['\n\n', ['', ''], 0],
  ['a\tb', ['a\tb'], 0],
  ['echo a\u001b[201~\nrm -rf b', ['echo a[201~', 'rm -rf b'], 1],
  ['a\u0003b\u009bc\u0000', ['abc'], 3],
])('%j', (text, lines, removed) => {
  expect(pasteOf(text)).toMatchObject({ lines, removed })
})
