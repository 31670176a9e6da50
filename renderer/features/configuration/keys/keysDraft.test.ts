import { describe, expect, test } from 'vitest'
import type { KeysDraft } from '../objects/drafts.ts'
import {
  contested,
  keyProblem,
  rebased,
  valuesAfter,
  withoutValue,
  withRemoved,
  withValue,
  withYaml,
  yamlOf,
  type KeysObject,
} from './keysDraft.ts'
import { readData } from './keysYaml.ts'

const live: KeysObject = {
  resourceVersion: '7',
  keys: [
    { key: 'LEVEL', value: 'info', bytes: 4, isBinary: false },
    { key: 'COUNT', value: '10', bytes: 2, isBinary: false },
    { key: 'logo.png', value: '', bytes: 900, isBinary: true },
  ],
}

const present = (draft: KeysDraft | null): KeysDraft => {
  if (!draft) throw new Error('There is no draft.')
  return draft
}

describe('a draft of keys', () => {
  test('holds only what was typed, and is gone when it was typed back', () => {
    const draft = present(withValue(undefined, live, 'LEVEL', 'debug'))
    expect(draft).toMatchObject({
      base: '7',
      set: new Map([['LEVEL', 'debug']]),
      remove: [],
      seen: new Map([['LEVEL', 'info']]),
    })
    expect(withValue(draft, live, 'LEVEL', 'info')).toBeNull()
    expect(withoutValue(draft, live, 'LEVEL')).toBeNull()
  })

  test('removes live keys, and forgets new ones', () => {
    const draft = present(withRemoved(undefined, live, 'COUNT'))
    expect(draft.remove).toEqual(['COUNT'])
    const added = present(withValue(draft, live, 'NEW', 'x'))
    expect(Object.fromEntries(valuesAfter(added, live))).toEqual({ LEVEL: 'info', NEW: 'x' })
    expect(present(withRemoved(added, live, 'NEW'))).toMatchObject({ set: new Map(), remove: ['COUNT'] })
  })

  test('a key of a Secret that is set to what it was is a change all the same, since nobody can see what it was', () => {
    expect(withValue(undefined, live, 'LEVEL', 'info', true)).toMatchObject({ set: new Map([['LEVEL', 'info']]) })
  })

  test.each(['', 'with space', 'semi;colon', 'LEVEL'])('%j cannot be added', (key) => {
    expect(keyProblem(key, ['LEVEL'])).toBeTruthy()
  })
})

describe('the YAML view', () => {
  test('means the same as the form, both ways', () => {
    const draft = present(withValue(undefined, live, 'LEVEL', 'debug'))
    const yaml = yamlOf(draft, live)
    expect(Object.fromEntries(readData(yaml).values)).toEqual({ LEVEL: 'debug', COUNT: '10' })
    expect(withYaml(undefined, live, yaml)).toMatchObject({ set: new Map([['LEVEL', 'debug']]), remove: [] })
  })

  test('takes numbers and yes as the text that stands there, and a missing key as removed', () => {
    const draft = present(withYaml(undefined, live, 'LEVEL: yes\nPORT: 08080\n'))
    expect(draft).toMatchObject({
      set: new Map([
        ['LEVEL', 'yes'],
        ['PORT', '08080'],
      ]),
      remove: ['COUNT'],
    })
  })

  test('keeps text that cannot be read, with its line, and the previous keys', () => {
    const draft = present(withYaml(undefined, live, 'LEVEL: debug\n'))
    const broken = present(withYaml(draft, live, 'LEVEL: debug\nCOUNT: [1\n'))
    expect(yamlOf(broken, live)).toBe('LEVEL: debug\nCOUNT: [1\n')
    expect(broken.set).toEqual(draft.set)
    expect(readData('LEVEL: a\nLEVEL: b\n').faults[0]).toMatchObject({ line: 2 })
    expect(readData('A:\n  nested: 1\n').faults[0]).toMatchObject({ line: 1 })
    expect(readData('- a\n').faults).toHaveLength(1)
  })
})

describe('nothing that is typed in the YAML view vanishes', () => {
  test('an alias is what its anchor holds', () => {
    const draft = present(withYaml(undefined, live, 'LEVEL: &level debug\nCOUNT: "10"\nOTHER: *level\n'))
    expect(draft.set).toEqual(
      new Map([
        ['LEVEL', 'debug'],
        ['OTHER', 'debug'],
      ]),
    )
  })

  test.each([
    ['an alias without an anchor', 'LEVEL: info\nCOUNT: *none\n', 2],
    ['an alias of itself', 'LEVEL: &a [*a]\n', 1],
    ['aliases that multiply', bomb(), 0],
    ['a tag', 'LEVEL: info\nlogo: !!binary aGVsbG8=\n', 2],
    ['a list as a value', 'LEVEL: [a, b]\n', 1],
    ['a merge key', 'LEVEL: info\n<<: {a: b}\n', 2],
    ['a second document', 'LEVEL: info\n---\nCOUNT: "1"\n', 0],
    ['a tab', 'LEVEL: info\n\tCOUNT: 1\n', 2],
    ['a key that cannot be', 'LEVEL: info\n__proto__: a\n', 2],
  ])('%s is a fault with its line, and the text stays', (_name, text, line) => {
    const draft = present(withYaml(undefined, live, text))
    expect(yamlOf(draft, live)).toBe(text)
    const [fault] = readData(text).faults
    expect(fault?.message).toBeTruthy()
    if (line > 0) expect(fault?.line).toBe(line)
  })

  test.each(['LEVEL: info\nCOUNT: "10"\n\n', '# why\nLEVEL: info\nCOUNT: "10"\n', "LEVEL: 'info'\nCOUNT: '10'\n"])(
    'comments, blank lines and quotes stay, and change no key: %j',
    (text) => {
      const draft = present(withYaml(undefined, live, text))
      expect(yamlOf(draft, live)).toBe(text)
      expect(draft.set.size + draft.remove.length).toBe(0)
      const changed = present(withValue(draft, live, 'LEVEL', 'debug'))
      expect(yamlOf(changed, live).trimEnd()).toBe(text.replace('info', 'debug').trimEnd())
    },
  )

  test('a text typed back to what is live is no draft', () => {
    expect(withYaml(undefined, live, yamlOf(undefined, live))).toBeNull()
  })

  test('keys that every object of JavaScript has are keys as others', () => {
    const odd = {
      ...live,
      keys: ['constructor', 'toString', 'hasOwnProperty'].map((key) => ({
        key,
        value: 'x',
        bytes: 1,
        isBinary: false,
      })),
    }
    const draft = present(withYaml(undefined, odd, 'constructor: y\ntoString: x\nvalueOf: z\n'))
    expect(draft.set).toEqual(
      new Map([
        ['constructor', 'y'],
        ['valueOf', 'z'],
      ]),
    )
    expect(draft.remove).toEqual(['hasOwnProperty'])
  })
})

describe('values are kept to the byte through the YAML view', () => {
  const parts = [
    'a',
    ' ',
    '\n',
    '\r\n',
    '\r',
    '\t',
    ': ',
    '#',
    '- ',
    '"',
    "'",
    '|',
    '---',
    '08',
    'yes',
    '\u0085',
    '\u2028',
    '\ufeff',
    '\u0000',
    'é',
    '😀',
    '  \n',
  ]
  test('also those of spaces, controls, quotes and every line end', () => {
    let seed = 11
    const next = (limit: number) => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % limit
    for (let round = 0; round < 3_000; round += 1) {
      const value = Array.from({ length: next(6) }, () => parts[next(parts.length)]).join('')
      const odd: KeysObject = {
        resourceVersion: '1',
        keys: [
          { key: 'A', value, bytes: 1, isBinary: false },
          { key: 'B', value: 'x', bytes: 1, isBinary: false },
        ],
      }
      const text = yamlOf(undefined, odd)
      expect(readData(text).values).toEqual(
        new Map([
          ['A', value],
          ['B', 'x'],
        ]),
      )
      const draft = present(withYaml(undefined, odd, text.replace(/^B: x$/m, 'B: changed')))
      expect(draft.set).toEqual(new Map([['B', 'changed']]))
      expect(draft.remove).toEqual([])
    }
  })
})

/** Nine lists, each of nine of the one before. */
function bomb(): string {
  const list = (of: string) => `[${Array(9).fill(of).join(', ')}]`
  return ['a: &a x', ...Array.from('bcdefghi', (name, at) => `${name}: &${name} ${list(`*${'abcdefgh'[at]}`)}`)].join(
    '\n',
  )
}

describe('a change by somebody else', () => {
  const draft = present(withValue(undefined, live, 'LEVEL', 'debug'))
  const theirs: KeysObject = {
    resourceVersion: '8',
    keys: [
      { key: 'LEVEL', value: 'warn', bytes: 4, isBinary: false },
      { key: 'COUNT', value: '99', bytes: 2, isBinary: false },
    ],
  }

  test('is named where both changed the same key', () => {
    expect(contested(draft, theirs)).toEqual([{ key: 'LEVEL', theirs: 'warn' }])
    expect(contested(draft, live)).toEqual([])
  })

  test('stays in the keys that the draft does not touch when the draft is put on top', () => {
    const next = present(rebased(draft, theirs))
    expect(next).toMatchObject({ base: '8', set: new Map([['LEVEL', 'debug']]), seen: new Map([['LEVEL', 'warn']]) })
    expect(Object.fromEntries(valuesAfter(next, theirs))).toEqual({ LEVEL: 'debug', COUNT: '99' })
    expect(contested(next, theirs)).toEqual([])
  })
})
