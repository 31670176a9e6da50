import { describe, expect, it } from 'vitest'
import { foldFigures, keptMs, latestUse, miniBars, noFigures } from './podMetrics.ts'

const batch = (pods: Parameters<typeof foldFigures>[1]['pods']) => ({ intervalMs: 5_000, unavailable: null, pods })
const at = (time: number, cpu = 1) => ({ at: time, cpu, memory: cpu * 10 })

describe('figures of pods', () => {
  it('appends only what is newer, so that a repeated history draws nothing twice', () => {
    const first = foldFigures(noFigures, batch({ a: [at(1_000), at(2_000)] }))
    const second = foldFigures(first, batch({ a: [at(2_000), at(3_000)] }))
    expect(second.byPod.get('a')?.map((sample) => sample.at)).toEqual([1_000, 2_000, 3_000])
  })

  it('forgets samples and pods older than an hour', () => {
    const first = foldFigures(noFigures, batch({ gone: [at(1_000)], a: [at(1_000)] }))
    const second = foldFigures(first, batch({ a: [at(keptMs + 2_000)] }))
    expect([...second.byPod.keys()]).toEqual(['a'])
    expect(second.byPod.get('a')).toHaveLength(1)
  })

  it('keeps the figures it has when metrics become unavailable', () => {
    const first = foldFigures(noFigures, batch({ a: [at(1_000)] }))
    const second = foldFigures(first, {
      intervalMs: 5_000,
      unavailable: { code: 'METRICS_ABSENT', message: 'none', details: {} },
      pods: {},
    })
    expect(second.unavailable?.code).toBe('METRICS_ABSENT')
    expect(second.byPod.get('a')).toHaveLength(1)
  })
})

describe('mini bars', () => {
  it('leaves a gap where no sample fell in and averages those that did', () => {
    const now = keptMs
    const bars = miniBars([at(1, 2), at(2, 4), at(now, 8)], 'cpu', now, 4)
    expect(bars).toEqual([3, null, null, 8])
  })
})

describe('the latest figure', () => {
  it('is none when the pod has not been measured for longer than two intervals', () => {
    expect(latestUse([at(1_000)], 2_000, 5_000)?.at).toBe(1_000)
    expect(latestUse([at(1_000)], 30_000, 5_000)).toBeUndefined()
    expect(latestUse(undefined, 30_000, 5_000)).toBeUndefined()
  })
})
