import { describe, expect, test } from 'vitest'
import type { KeysDraft } from '../objects/drafts.ts'
import {
  contested,
  keyProblem,
  readData,
  rebased,
  valuesAfter,
  withoutValue,
  withRemoved,
  withValue,
  withYaml,
  yamlOf,
  type KeysObject,
} from './keysDraft.ts'

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
    expect(draft).toMatchObject({ base: '7', set: { LEVEL: 'debug' }, remove: [], seen: { LEVEL: 'info' } })
    expect(withValue(draft, live, 'LEVEL', 'info')).toBeNull()
    expect(withoutValue(draft, 'LEVEL')).toBeNull()
  })

  test('removes live keys, and forgets new ones', () => {
    const draft = present(withRemoved(undefined, live, 'COUNT'))
    expect(draft.remove).toEqual(['COUNT'])
    const added = present(withValue(draft, live, 'NEW', 'x'))
    expect(valuesAfter(added, live)).toEqual({ LEVEL: 'info', NEW: 'x' })
    expect(present(withRemoved(added, live, 'NEW'))).toMatchObject({ set: {}, remove: ['COUNT'] })
  })

  test('a key of a Secret that is set to what it was is a change all the same, since nobody can see what it was', () => {
    expect(withValue(undefined, live, 'LEVEL', 'info', true)).toMatchObject({ set: { LEVEL: 'info' } })
  })

  test.each(['', 'with space', 'semi;colon', 'LEVEL'])('%j cannot be added', (key) => {
    expect(keyProblem(key, ['LEVEL'])).toBeTruthy()
  })
})

describe('the YAML view', () => {
  test('means the same as the form, both ways', () => {
    const draft = present(withValue(undefined, live, 'LEVEL', 'debug'))
    const yaml = yamlOf(draft, live)
    expect(readData(yaml).values).toEqual({ LEVEL: 'debug', COUNT: '10' })
    expect(withYaml(undefined, live, yaml)).toMatchObject({ set: { LEVEL: 'debug' }, remove: [] })
  })

  test('takes numbers and yes as the text that stands there, and a missing key as removed', () => {
    const draft = present(withYaml(undefined, live, 'LEVEL: yes\nPORT: 08080\n'))
    expect(draft).toMatchObject({ set: { LEVEL: 'yes', PORT: '08080' }, remove: ['COUNT'] })
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
    expect(next).toMatchObject({ base: '8', set: { LEVEL: 'debug' }, seen: { LEVEL: 'warn' } })
    expect(valuesAfter(next, theirs)).toEqual({ LEVEL: 'debug', COUNT: '99' })
    expect(contested(next, theirs)).toEqual([])
  })
})
