import { describe, expect, it } from 'vitest'
import { fill } from './fill.ts'
import type { Values } from './types.ts'

const values: Values = {
  name: 'shop',
  count: 3,
  isOn: true,
  isOff: false,
  none: '',
  noList: [],
  list: ['a', 'b'],
  tricky: '${name}\n- evil: true',
  inner: { amount: '1Gi', none: '', annotations: { one: '1' }, noAnnotations: {} },
}

describe('fill', () => {
  it.each([
    ['a text inside a text', 'x-${name}-${inner.amount}', 'x-shop-1Gi'],
    ['a number with its type', '${count}', 3],
    ['a number as a text', '${text:count}', '3'],
    ['a boolean with its type', '${isOff}', false],
    ['a boolean as a text', '${text:isOff}', 'false'],
    ['a list', '${list}', ['a', 'b']],
    ['a list as a text', '${text:list}', 'a,b'],
    ['a mapping', { annotations: '${inner.annotations}' }, { annotations: { one: '1' } }],
    ['a dollar sign alone', 'echo $HOME $(NAME)', 'echo $HOME $(NAME)'],
    ['a value that looks like a manifest, as the text it is', 'x${tricky}', 'x${name}\n- evil: true'],
  ])('gives %s', (_title, template, filled) => {
    expect(fill(template, values)).toEqual(filled)
  })

  it.each([
    ['the field of an empty value', { a: 1, b: '${none}' }, { a: 1 }],
    ['the field of an empty list', { a: 1, b: '${noList}' }, { a: 1 }],
    ['an item of an empty value', ['a', '${none}'], ['a']],
    ['what holds nothing any more', { a: 1, b: [{ c: '${none}' }] }, { a: 1 }],
    [
      'a mapping whose value is not set',
      {
        list: [
          { $when: 'isOff', a: 1 },
          { $when: 'isOn', b: 2 },
        ],
      },
      { list: [{ b: 2 }] },
    ],
    ['a mapping whose value is set, where it must not be', { a: { $when: '!isOn', b: 1 }, c: 1 }, { c: 1 }],
    ['a mapping of which one value is not set', { a: { $when: 'isOn,none', b: 1 }, c: 1 }, { c: 1 }],
  ])('leaves out %s', (_title, template, filled) => {
    expect(fill(template, values)).toEqual(filled)
  })

  it('keeps what is empty in the manifest itself', () => {
    expect(fill({ emptyDir: {}, args: [], text: '' }, values)).toEqual({ emptyDir: {}, args: [], text: '' })
  })

  it('takes the entries of a mapping in', () => {
    expect(fill({ two: '2', $entries: '${inner.annotations}' }, values)).toEqual({ one: '1', two: '2' })
    expect(fill({ one: 'own', $entries: '${inner.annotations}' }, values)).toEqual({ one: 'own' })
    expect(fill({ two: '2', $entries: '${inner.noAnnotations}' }, values)).toEqual({ two: '2' })
    const conditional = { a: 1, $entries: { $when: 'none', host: 'https://${none}' } }
    expect(fill(conditional, values)).toEqual({ a: 1 })
  })

  it('gives a text only where another value is set', () => {
    const template = { a: { $when: 'isOn', $value: 'x-${name}' }, b: { $when: 'none', $value: 'x-${none}' } }
    expect(fill(template, values)).toEqual({ a: 'x-shop' })
  })

  it('does not share what it takes from the values', () => {
    const filled = fill({ list: '${list}' }, values) as { list: string[] }
    filled.list.push('c')
    expect(values['list']).toEqual(['a', 'b'])
  })

  it.each(['${unknown}', 'x${inner.unknown}', '${text:toString}'])(
    'fails on the value %s that no profile gives',
    (text) => {
      expect(() => fill(text, values)).toThrow('which no profile gives')
    },
  )
})
