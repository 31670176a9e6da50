import { expect, it, vi } from 'vitest'
import { until } from '../../testing/until.ts'
import { InputQueue } from './inputQueue.ts'

it('keeps the order through partial writes and pauses, and loses nothing', async () => {
  let text = ''
  let turn = 0
  const queue = new InputQueue((bytes) => {
    const taken = turn++ % 3 === 0 ? 0 : Math.min(bytes.length, 7)
    text += bytes.subarray(0, taken).toString()
    return Promise.resolve(taken)
  })
  const lines = Array.from({ length: 50 }, (_, index) => `line ${index}\n`)
  for (const line of lines) expect(queue.add(line)).toBe(true)
  await until(() => text.length === lines.join('').length, 'all of it')
  expect(text).toBe(lines.join(''))
})

it('refuses what is beyond its limit as a whole, and takes input again once there is room', async () => {
  let isReading = false
  const taken: string[] = []
  const queue = new InputQueue((bytes) => {
    if (!isReading) return Promise.resolve(0)
    taken.push(bytes.toString())
    return Promise.resolve(bytes.length)
  }, 10)
  expect([queue.add('12345678'), queue.add('901'), queue.add('90')]).toEqual([true, false, true])
  isReading = true
  await until(() => taken.length === 2, 'the reader')
  expect(queue.add('more')).toBe(true)
  await until(() => taken.length === 3, 'the rest')
  expect(taken.join('')).toBe('1234567890more')
})

it('looks ever more rarely at a program that does not read, and never again after its end', async () => {
  vi.useFakeTimers()
  try {
    let looks = 0
    const queue = new InputQueue(() => {
      looks += 1
      return Promise.resolve(0)
    })
    queue.add('x')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(looks).toBeLessThan(70)
    queue.close()
    const before = looks
    await vi.advanceTimersByTimeAsync(10_000)
    expect(looks).toBe(before)
    expect(queue.add('y')).toBe(false)
  } finally {
    vi.useRealTimers()
  }
})
