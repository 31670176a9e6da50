import { expect, it } from 'vitest'
import { LineSplitter } from './lineSplitter.ts'

const text = 'first\n\nzweite Zeile mit ä\r\n日本👩‍👩‍👧\nrest'

it.each([1, 2, 3, 5, 1000])('splits on \\n alone and keeps characters whole in chunks of %d bytes', (size) => {
  const splitter = new LineSplitter()
  const bytes = Buffer.from(text)
  const lines: string[] = []
  for (let start = 0; start < bytes.length; start += size) {
    lines.push(...splitter.push(bytes.subarray(start, start + size)).map((line) => line.bytes.toString()))
  }
  expect([...lines, splitter.rest().bytes.toString()]).toEqual(text.split('\n'))
})

it('lets go of what exceeds the cap, and says how much', () => {
  const splitter = new LineSplitter(4)
  const lines = [...splitter.push(Buffer.from('abcdef')), ...splitter.push(Buffer.from('gh\nij\n'))]
  expect(lines.map(({ bytes, dropped }) => [bytes.toString(), dropped])).toEqual([
    ['abcd', 4],
    ['ij', 0],
  ])
})
