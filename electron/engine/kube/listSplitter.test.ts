import { expect, it } from 'vitest'
import { ListSplitter } from './listSplitter.ts'

const list = {
  kind: 'PodList',
  metadata: { resourceVersion: '5', continue: 'next', items: ['not these'] },
  items: [
    { name: 'brackets ]}[{ in "text" \\', nested: { items: [1, [2]] } },
    { name: 'ä日本👩‍👩‍👧', empty: {}, none: [] },
    { items: [{ deep: true }] },
  ],
  after: { items: [9] },
}

function split(bytes: Buffer, size: number): { items: unknown[]; envelope: unknown } {
  const items: unknown[] = []
  const splitter = new ListSplitter<unknown>((item) => items.push(item))
  for (let start = 0; start < bytes.length; start += size) splitter.push(bytes.subarray(start, start + size))
  return { items, envelope: splitter.end() }
}

it.each([1, 2, 3, 7, 64, 100_000])('gives every item and the rest of the list from chunks of %d bytes', (size) => {
  for (const text of [JSON.stringify(list), JSON.stringify(list, null, 2)]) {
    expect(split(Buffer.from(text), size)).toEqual({ items: list.items, envelope: { ...list, items: [] } })
  }
})

it.each([
  ['{"items":[],"metadata":{}}', []],
  ['{"items":[ \n ]}', []],
  ['{"items":null}', []],
  ['{"kind":"items","x":["items"],"items":[1,"two",null]}', [1, 'two', null]],
  ['{}', []],
])('reads %s', (text, expected) => expect(split(Buffer.from(text), 1).items).toEqual(expected))

it('notices a list that breaks off', () => {
  const text = JSON.stringify(list)
  expect(() => split(Buffer.from(text.slice(0, text.indexOf('deep'))), 10)).toThrow(SyntaxError)
})
