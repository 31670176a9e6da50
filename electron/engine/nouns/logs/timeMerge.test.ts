import { expect, it } from 'vitest'
import { TimeMerge } from './timeMerge.ts'

it('gives the oldest first, and equal times in the order they came', () => {
  const merge = new TimeMerge<string>()
  for (const [at, line] of [
    [3, 'd'],
    [1, 'a'],
    [2, 'b'],
    [2, 'c'],
  ] as const)
    merge.add(at, line)
  expect(merge.take(2)).toEqual(['a', 'b'])
  merge.add(2, 'late')
  expect(merge.take(9)).toEqual(['c', 'late', 'd'])
  expect(merge.size).toBe(0)
})
