import { expect, it } from 'vitest'
import { sanitise } from './sanitise.ts'

it.each([
  ['plain text with ä, 日本 and 👩‍👩‍👧', 'plain text with ä, 日本 and 👩‍👩‍👧'],
  ['tab\tstays', 'tab\tstays'],
  ['\u001b[1;31mred\u001b[0m', 'red'],
  ['\u009b31mred', 'red'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['\u001bPpayload\u001b\\after', 'after'],
  ['\u001bcreset', 'reset'],
  ['progress\r100%', 'progress\u240d100%'],
  ['bell\u0007', 'bell\u2407'],
  ['lone \u001b', 'lone \u241b'],
  ['del\u007f', 'del\u2421'],
  ['\u0085next', '\ufffdnext'],
  ['user\u202etxt.exe', 'user\ufffdtxt.exe'],
  ['a\u2066b\u2069', 'a\ufffdb\ufffd'],
  ['two\nlines', 'two\u240alines'],
])('makes %j safe', (text, expected) => expect(sanitise(text)).toBe(expected))

it('keeps newlines where asked', () => expect(sanitise('a\r\nb', { keepNewlines: true })).toBe('a\u240d\nb'))

it('does not swallow what follows an unterminated sequence', () => {
  expect(sanitise('\u001b]0;title\nnext', { keepNewlines: true })).toContain('\nnext')
})
