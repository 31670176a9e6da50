import { expect, test } from 'vitest'
import { niceBytesTop, niceTop, runs } from './chartGeometry.ts'

test('a gap in the data splits the line', () => {
  const [a, b, c] = [0, 1, 2].map((x) => ({ x, y: 0 }))
  if (!a || !b || !c) throw new Error('three points')
  expect(runs([null, a, b, null, null, c])).toEqual([[a, b], [c]])
})

test('an axis ends at a round number above the highest value', () => {
  expect([0, 0.68, 3, 84, 412].map(niceTop)).toEqual([1, 0.8, 4, 100, 600])
})

test('a byte axis ends at a power of two or half way to the next', () => {
  const mebi = 1024 ** 2
  expect([300, 500, 900].map((value) => niceBytesTop(value * mebi) / mebi)).toEqual([384, 512, 1024])
})
