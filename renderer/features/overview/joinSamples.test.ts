import { expect, test } from 'vitest'
import { joinSamples } from './joinSamples.ts'

const batch = (pods: Record<string, number[]>) => ({
  intervalMs: 5000,
  unavailable: null,
  pods: Object.fromEntries(
    Object.entries(pods).map(([name, times]) => [name, times.map((at) => ({ at, cpu: 1, memory: 1 }))]),
  ),
})
const timesOf = (joined: ReturnType<typeof joinSamples>) =>
  Object.fromEntries(Object.entries(joined.pods).map(([name, samples]) => [name, samples.map((sample) => sample.at)]))

test('later batches are joined to the history, a repeated measurement once', () => {
  const first = joinSamples(undefined, batch({ a: [5000, 10_000] }))
  const second = joinSamples(first, batch({ a: [10_000, 15_000], b: [15_000] }))
  expect(timesOf(second)).toEqual({ a: [5000, 10_000, 15_000], b: [15_000] })
})

test('a pod that is gone keeps its hour and then leaves', () => {
  const first = joinSamples(undefined, batch({ gone: [5000], a: [5000] }))
  expect(timesOf(joinSamples(first, batch({ a: [10_000] })))).toEqual({ gone: [5000], a: [5000, 10_000] })
  expect(timesOf(joinSamples(first, batch({ a: [4_000_000] })))).toEqual({ a: [4_000_000] })
})
