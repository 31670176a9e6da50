import { expect, it } from 'vitest'
import { Credit, Credits } from './credit.ts'

const limits = { high: 100, low: 10 }
const isSettled = async (promise: Promise<unknown>) =>
  (await Promise.race([promise.then(() => 'settled'), new Promise((resolve) => setImmediate(resolve, 'waits'))])) ===
  'settled'

it('pauses above the high mark and resumes only at the low one', async () => {
  const credit = new Credit(limits)
  credit.spend(100)
  expect(await isSettled(credit.available())).toBe(true)
  credit.spend(1)
  const available = credit.available()
  expect(await isSettled(available)).toBe(false)
  credit.acknowledge(90)
  expect(await isSettled(available)).toBe(false)
  credit.acknowledge(1)
  expect(await isSettled(available)).toBe(true)
})

it('gives no credit for acknowledging more than was sent', () => {
  const credit = new Credit(limits)
  credit.acknowledge(1000)
  credit.spend(101)
  expect(credit.exhausted).toBe(true)
})

it('acknowledges by the name of the stream, and lets its writer continue when it closes', async () => {
  const credits = new Credits()
  const [one, other] = [credits.open('stream-one', limits), credits.open('stream-two', limits)]
  for (const credit of [one, other]) credit.spend(200)
  credits.acknowledge('stream-one', 200)
  expect([one.exhausted, other.exhausted]).toEqual([false, true])
  const available = other.available()
  credits.close('stream-two')
  expect(await isSettled(available)).toBe(true)
})

it('refuses a name that is in use, and takes late acknowledgements for nothing', () => {
  const credits = new Credits()
  credits.open('stream-one', limits)
  expect(() => credits.open('stream-one', limits)).toThrow(expect.objectContaining({ code: 'ALREADY_EXISTS' }))
  credits.close('stream-one')
  expect(() => credits.acknowledge('stream-one', 5)).not.toThrow()
  expect(() => credits.open('stream-one', limits)).not.toThrow()
})
