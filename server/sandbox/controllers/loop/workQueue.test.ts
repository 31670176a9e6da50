import { expect, test } from 'vitest'
import { TestClock } from '../testing/testClock.ts'
import { WorkQueue } from './workQueue.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('a key that is added several times before its turn is worked on once', async () => {
  const seen: string[] = []
  const queue = new WorkQueue(
    (key) => void seen.push(key),
    () => undefined,
    new TestClock(),
  )
  for (const key of ['a', 'b', 'a', 'a']) queue.add(key)
  await turn()
  expect(seen).toEqual(['a', 'b'])
  queue.stop()
})

test('a key that fails comes back after 5 ms, doubling up to 30 s, and success forgets the failures', async () => {
  const waits: number[] = []
  let due: () => void = () => undefined
  const clock = {
    now: () => 0,
    after(milliseconds: number, run: () => void) {
      waits.push(milliseconds)
      due = run
      return () => undefined
    },
  }
  let isBroken = true
  const work = (): undefined => {
    if (isBroken) throw new Error('broken')
  }
  const queue = new WorkQueue(work, () => undefined, clock)
  queue.add('a')
  for (let count = 0; count < 15; count++) {
    await turn()
    due()
  }
  expect(waits.slice(0, 4)).toEqual([5, 10, 20, 40])
  expect(waits.at(-1)).toBe(30_000)
  await turn()
  isBroken = false
  due()
  await turn()
  isBroken = true
  queue.add('a')
  await turn()
  expect(waits.at(-1)).toBe(5)
  queue.stop()
})

test('of two appointments of a key the earlier one stands', () => {
  const clock = new TestClock()
  const queue = new WorkQueue(
    () => undefined,
    () => undefined,
    clock,
  )
  queue.addAfter('a', 60_000)
  queue.addAfter('a', 90_000)
  expect(clock.pending).toBe(1)
  queue.addAfter('a', 30_000)
  expect(clock.pending).toBe(1)
  queue.stop()
  expect(clock.pending).toBe(0)
})

test('after stop nothing is worked on', async () => {
  const seen: string[] = []
  const queue = new WorkQueue(
    (key) => void seen.push(key),
    () => undefined,
    new TestClock(),
  )
  queue.add('a')
  queue.stop()
  queue.add('b')
  await turn()
  expect(seen).toEqual([])
})
