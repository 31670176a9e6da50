import { expect, it } from 'vitest'
import { kubeletTiming } from '../context.ts'
import { BackOff } from './backOff.ts'

it('restarts at once, then after 10 s, doubling to five minutes', () => {
  const backOff = new BackOff(kubeletTiming)
  const waits = Array.from({ length: 8 }, () => backOff.after(100) / 1000)
  expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300])
})

it('forgets after a run of more than ten minutes', () => {
  const backOff = new BackOff(kubeletTiming)
  for (let crash = 0; crash < 5; crash += 1) backOff.after(100)
  expect(backOff.after(601_000)).toBe(0)
})
