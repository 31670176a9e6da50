import { describe, expect, it } from 'vitest'
import type { Step } from '#shared/contract/tasks.ts'
import { doneFraction, remainingMs, stepBars } from './stepBars.ts'

const step = (values: Partial<Step>): Step => ({
  id: 's',
  title: 'S',
  state: 'waiting',
  detail: '',
  group: 'safe',
  ...values,
})

describe('bars of steps', () => {
  it('lays real and planned durations end to end on one axis', () => {
    const bars = stepBars([{ startedAt: 0, endedAt: 100 }, { startedAt: 100, plannedMs: 100 }, { plannedMs: 200 }], 150)
    expect(bars).toEqual([
      { from: 0, width: 0.25 },
      { from: 0.25, width: 0.25 },
      { from: 0.5, width: 0.5 },
    ])
  })

  it('lets a running step outgrow its plan', () => {
    expect(stepBars([{ startedAt: 0, plannedMs: 10 }, { plannedMs: 100 }], 100)[0]).toEqual({ from: 0, width: 0.5 })
  })

  it('draws no bar for a step whose duration nobody knows', () => {
    expect(stepBars([{}, { plannedMs: 10 }], 0)).toEqual([null, { from: 0, width: 1 }])
  })
})

describe('what is left', () => {
  it('is the planned time of what has not ended, less what has passed', () => {
    const steps = [
      step({ state: 'done', plannedMs: 50 }),
      step({ state: 'running', startedAt: 100, plannedMs: 40 }),
      step({ plannedMs: 30 }),
    ]
    expect(remainingMs(steps, 110)).toBe(60)
    expect(remainingMs(steps, 1_000)).toBe(30)
  })

  it('is not guessed when a step to come has never run', () => {
    expect(remainingMs([step({})], 0)).toBeNull()
  })
})

it('counts a running step by its own progress', () => {
  const half = step({ state: 'running', progress: { done: 5, total: 10, unit: 'bytes' } })
  expect(doneFraction([step({ state: 'done' }), half, step({}), step({})])).toBe(0.375)
  expect(doneFraction([])).toBe(0)
})
