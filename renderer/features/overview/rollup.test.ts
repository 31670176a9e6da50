import { expect, test } from 'vitest'
import { rollUp } from './rollup.ts'

const sample = (at: number, cpu: number, memory = cpu) => ({ at, cpu, memory })

test('pods measured within one interval add up', () => {
  const rollup = rollUp(
    [
      [sample(1000, 1), sample(2000, 2)],
      [sample(1100, 10), sample(2100, 20)],
    ],
    1000,
    0,
  )
  expect(rollup).toEqual({ times: [1000, 2000], cpu: [11, 22], memory: [11, 22] })
})

test('a pod measured twice within an interval counts once', () => {
  expect(rollUp([[sample(1000, 1), sample(1900, 3), sample(2900, 4)]], 1000, 0).cpu).toEqual([3, 4])
})

test('one late measurement is no gap, silence is', () => {
  const late = rollUp([[sample(1000, 1), sample(2000, 2), sample(3000, 3), sample(5000, 5)]], 1000, 0)
  expect(late.cpu).toEqual([1, 2, 3, 3, 5])
  const silent = rollUp([[sample(1000, 1), sample(2000, 2), sample(3000, 3), sample(6000, 6)]], 1000, 0)
  expect(silent.cpu).toEqual([1, 2, 3, null, null, 6])
})

test('a cluster that measures more rarely than it is asked sets the step', () => {
  const rare = rollUp([[sample(15_000, 1), sample(30_000, 2), sample(45_000, 3)]], 5000, 0)
  expect(rare).toMatchObject({ times: [15_000, 30_000, 45_000], cpu: [1, 2, 3] })
})

test('what is older than asked for is left out, and no samples give nothing', () => {
  expect(rollUp([[sample(1000, 1), sample(2000, 2), sample(9000, 9)]], 1000, 5000).times).toEqual([9000])
  expect(rollUp([], 1000, 0)).toEqual({ times: [], cpu: [], memory: [] })
})
