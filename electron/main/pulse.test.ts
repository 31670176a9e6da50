import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Pulse } from './pulse.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('is content with an engine that answers, and tells of one that stops answering after five seconds', () => {
  let answers = true
  const silences: number[] = []
  const pulse: Pulse = new Pulse({ ask: () => answers && pulse.answered(), onSilence: (s) => silences.push(s) })
  vi.advanceTimersByTime(600_000)
  expect(silences).toEqual([])
  answers = false
  vi.advanceTimersByTime(5_000)
  expect(silences).toEqual([])
  vi.advanceTimersByTime(1_000)
  expect(silences).toEqual([5])
  vi.advanceTimersByTime(600_000)
  expect(silences).toEqual([5])
})

it('gives a new engine half a minute for its first answer', () => {
  const silences: number[] = []
  const pulse = new Pulse({ ask: () => undefined, onSilence: (s) => silences.push(s) })
  vi.advanceTimersByTime(29_000)
  expect(silences).toEqual([])
  vi.advanceTimersByTime(3_000)
  expect(silences).toEqual([30])
  pulse.stop()
})

it('takes the clock jumping ahead, as after sleep, for no silence', () => {
  const silences: number[] = []
  const pulse: Pulse = new Pulse({ ask: () => undefined, onSilence: (s) => silences.push(s) })
  pulse.answered()
  vi.advanceTimersByTime(2_000)
  vi.setSystemTime(Date.now() + 8 * 3_600_000)
  vi.advanceTimersByTime(1_000)
  pulse.answered()
  vi.advanceTimersByTime(4_000)
  expect(silences).toEqual([])
  pulse.stop()
})
