import { expect, it } from 'vitest'
import { visible } from './visibleText.ts'

it.each([
  ['get-token', '"get-token"'],
  ['two words', '"two words"'],
  ['', '""'],
  [' ', '"\\u{0020}"'],
  ['a  b', '"a \\u{0020}b"'],
  [' a', '"\\u{0020}a"'],
  ['a ', '"a\\u{0020}"'],
  ['a\nb', '"a\\nb"'],
  ['a\\nb', '"a\\\\nb"'],
  ['a\tb\r', '"a\\tb\\r"'],
  ['a\u00a0b', '"a\\u{00A0}b"'],
  ['a\u3000b', '"a\\u{3000}b"'],
  ['a\u200bb', '"a\\u{200B}b"'],
  ['\u202egnp.exe', '"\\u{202E}gnp.exe"'],
  ['\ufeff', '"\\u{FEFF}"'],
  ['a\u00adb', '"a\\u{00AD}b"'],
  ['\u3164', '"\\u{3164}"'],
  ['\u115f\uffa0', '"\\u{115F}\\u{FFA0}"'],
  ['\u2800', '"\\u{2800}"'],
  ['a\ufe0f', '"a\\u{FE0F}"'],
  ['\u{e0041}', '"\\u{E0041}"'],
  ['\u001b[31m', '"\\u{001B}[31m"'],
  ['\u0000', '"\\u{0000}"'],
  ['\u0085', '"\\u{0085}"'],
  ['\ud800', '"\\u{D800}"'],
  ['\ue000', '"\\u{E000}"'],
  ['\u0301a', '"\\u{0301}a"'],
  ['say "no"', '"say \\"no\\""'],
  ['größe-🚀', '"größe-🚀"'],
])('shows %j as %s', (text, shown) => expect(visible(text)).toBe(shown))

it('shows two texts that differ in two ways', () => {
  const texts = [
    '\n',
    '\\n',
    '\\\n',
    'a b',
    'a  b',
    'a\u00a0b',
    'a\\u{00A0}b',
    'a',
    'a\u200b',
    '"',
    '\\"',
    ' ',
    '',
    '\t',
  ]
  expect(new Set(texts.map(visible)).size).toBe(texts.length)
})
