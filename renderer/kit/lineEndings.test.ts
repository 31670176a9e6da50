import { describe, expect, test } from 'vitest'
import { shownText, unusualLineEnds, withEdit } from './lineEndings.ts'

/** What a field does: it shows the text, and tells what is there after an edit at a place. */
function edited(text: string, at: number, length: number, insert: string, pasted?: string): string {
  const shown = shownText(text)
  return withEdit(text, shown.slice(0, at) + shownText(insert) + shown.slice(at + length), pasted)
}

describe('an edit of the shown text', () => {
  test.each([
    ['CRLF', 'a=1\r\nb=2\r\nc=3\r\n'],
    ['CR', 'a=1\rb=2\rc=3\r'],
    ['LF', 'a=1\nb=2\nc=3\n'],
    ['mixed', 'a=1\r\nb=2\nc=3\r'],
    ['no end at the end', 'a=1\r\nb=2'],
  ])('leaves the line ends of what it does not touch: %s', (_name, text) => {
    expect(edited(text, 2, 1, '9')).toBe(text.replace('1', '9'))
    expect(withEdit(text, shownText(text))).toBe(text)
  })

  test('a line that is added ends as the line before it', () => {
    expect(edited('a\r\nb\r\n', 2, 0, 'new\n')).toBe('a\r\nnew\r\nb\r\n')
    expect(edited('a\r\nb\nc', 4, 0, 'new\n')).toBe('a\r\nb\nnew\nc')
    expect(edited('a\r\nb', 0, 0, 'new\n')).toBe('new\r\na\r\nb')
  })

  test('several lines pasted into one line keep the line ends that they came with', () => {
    const certificate = '-----BEGIN\r\nabc\r\n-----END\r\n'
    expect(edited('', 0, 0, certificate, certificate)).toBe(certificate)
    expect(edited('x', 1, 0, 'one\ntwo\n')).toBe('xone\ntwo\n')
    expect(edited('a\r\nb', 2, 0, 'one\ntwo\n', 'one\ntwo\n')).toBe('a\r\none\r\ntwo\r\nb')
  })

  test('letters of two units are not torn apart', () => {
    expect(edited('😀\r\n😁', 3, 2, '😂')).toBe('😀\r\n😂')
    expect(edited('😀', 0, 2, '')).toBe('')
  })

  test('two line ends that come to stand side by side stay two', () => {
    expect(shownText(edited('a\rX\nb', 2, 1, ''))).toBe('a\n\nb')
  })

  test('a dollar in what is pasted is a dollar', () => {
    expect(edited('', 0, 0, "$&$1$'\r\n", "$&$1$'\r\n")).toBe("$&$1$'\r\n")
  })

  test('random edits change nothing but what they edit', () => {
    let seed = 7
    const next = (limit: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % limit
    const parts = ['a', 'b', '\r\n', '\n', '\r', '😀', ' ', '$']
    for (let round = 0; round < 2_000; round += 1) {
      const text = Array.from({ length: next(12) }, () => parts[next(parts.length)]).join('')
      const letters = Array.from(shownText(text))
      const at = next(letters.length + 1)
      const length = next(letters.length - at + 1)
      const insert = Array.from({ length: next(4) }, () => ['x', '\n'][next(2)]).join('')
      const shown = [...letters.slice(0, at), insert, ...letters.slice(at + length)].join('')
      const result = withEdit(text, shown)
      expect(shownText(result)).toBe(shown)
      const pieces = text.match(/\r\n|[\s\S]/gu) ?? []
      if (insert.includes('x')) {
        // Cut at the letters that only this edit has: both sides are those of the text.
        expect(result.startsWith(pieces.slice(0, at).join(''))).toBe(true)
        expect(result.endsWith(pieces.slice(at + length).join(''))).toBe(true)
      }
    }
  })
})

test('unusual line ends are named', () => {
  expect(unusualLineEnds('a\nb')).toBeUndefined()
  expect(unusualLineEnds('a')).toBeUndefined()
  expect(unusualLineEnds('a\r\nb\r\n')).toBe('CRLF')
  expect(unusualLineEnds('a\r\nb\n')).toBe('CRLF and LF')
  expect(unusualLineEnds('a\rb')).toBe('CR')
})
