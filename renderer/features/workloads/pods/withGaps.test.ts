import { expect, it } from 'vitest'
import { withGaps } from './PodChart.tsx'

it('puts a gap where measurements are missing and joins the others', () => {
  const at = (time: number) => ({ at: time, cpu: 1, memory: 1 })
  const drawn = withGaps([at(0), at(5_000), at(60_000), at(65_000)], 5_000)
  expect(drawn.map((sample) => sample.memory)).toEqual([1, 1, null, 1, 1])
  expect(drawn.map((sample) => sample.at)).toEqual([0, 5_000, 10_000, 60_000, 65_000])
})
