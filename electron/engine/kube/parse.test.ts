import { expect, it } from 'vitest'
import { parseAnswer } from './parse.ts'

const parseNeutral = (text: string) => parseAnswer(text, { sanitised: true })

const pod = (name: string) => ({ metadata: { name, labels: { [name]: name } }, status: { reasons: [name] } })

it.each([
  ['a direction override', 'a\u202egnp.exe', 'a\ufffdgnp.exe'],
  ['a zero width space', 'a\u200bb', 'a\ufffdb'],
  ['a byte order mark', '\ufeffapi', '\ufffdapi'],
  ['a terminal sequence', 'a\u001b[31mb', 'ab'],
  ['a bell', 'a\u0007b', 'a\u2407b'],
  ['a carriage return', 'a\rb', 'a\u240db'],
  ['a soft hyphen', 'a\u00adb', 'a\ufffdb'],
  ['a joiner between letters', 'a\u200db', 'a\ufffdb'],
  ['tags', 'a\u{e0041}b', 'a\ufffdb'],
  ['a filler of Hangul', 'a\u3164b', 'a\ufffdb'],
])('makes %s visible in names, keys and values, written as itself or escaped', (_what, given, shown) => {
  const text = JSON.stringify(pod(given))
  const escaped = text.replace(/[^\u0020-\u007e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
  expect(parseNeutral(text)).toEqual(pod(shown))
  expect(parseNeutral(escaped)).toEqual(pod(shown))
})

it('leaves everything else as it is', () => {
  for (const name of ['api & <web>', 'Grüße', '日本語', '👩‍💻 👍🏽', 'two\nlines\tand a tab', '\\r in a path'])
    expect(parseNeutral(JSON.stringify(pod(name)))).toEqual(pod(name))
})

it('leaves out fields that are null, and keeps what is empty', () => {
  const text = '{"a":null,"b":[],"c":{},"d":{"e": null,"f":0,"g":""},"h":[{"i":null}]}'
  const expected = { b: [], c: {}, d: { f: 0, g: '' }, h: [{}] }
  expect(parseAnswer(text)).toEqual(expected)
  expect(parseNeutral(text)).toEqual(expected)
  expect(parseAnswer('null')).toBeNull()
  expect(parseAnswer('{"text":"x:null"}')).toEqual({ text: 'x:null' })
})

it('keeps text byte for byte where it is not only shown', () => {
  expect(parseAnswer(JSON.stringify({ a: '\u202e\u001b', b: null }))).toEqual({ a: '\u202e\u001b' })
})

it('calls what is nested too deeply no JSON', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  expect(() => parseNeutral(`{"a":null,"b":${deep}}`)).toThrow(SyntaxError)
})
