import { expect, it } from 'vitest'
import { Broadcast } from './broadcast.ts'

interface State {
  key: string
  value: number
}
const read = async (batches: AsyncGenerator<State[]>) => (await batches.next()).value as State[]
const keyOf = ({ key }: State) => key

it('begins with what there is, then gives what changed, newest value per key', async () => {
  const source = new Broadcast<State>()
  const batches = source.batches([{ key: 'a', value: 0 }], keyOf)
  expect(await read(batches)).toEqual([{ key: 'a', value: 0 }])
  for (let value = 1; value <= 1000; value += 1) source.emit({ key: value % 2 ? 'a' : 'b', value })
  expect(await read(batches)).toEqual([
    { key: 'a', value: 999 },
    { key: 'b', value: 1000 },
  ])
})

it('keeps what was emitted while the reader was busy, and wakes a reader that waits', async () => {
  const source = new Broadcast<State>()
  const batches = source.batches([], keyOf)
  await read(batches)
  const waiting = read(batches)
  source.emit({ key: 'a', value: 1 })
  expect(await waiting).toEqual([{ key: 'a', value: 1 }])
  source.emit({ key: 'b', value: 2 })
  expect(await read(batches)).toEqual([{ key: 'b', value: 2 }])
})

it('serves each reader at its own speed', async () => {
  const source = new Broadcast<State>()
  const [fast, slow] = [source.batches([], keyOf), source.batches([], keyOf)]
  await Promise.all([read(fast), read(slow)])
  source.emit({ key: 'a', value: 1 })
  expect(await read(fast)).toEqual([{ key: 'a', value: 1 }])
  source.emit({ key: 'a', value: 2 })
  expect(await read(slow)).toEqual([{ key: 'a', value: 2 }])
})

it('ends when the signal aborts, also while it waits', async () => {
  const stop = new AbortController()
  const batches = new Broadcast<State>().batches([], keyOf, stop.signal)
  await read(batches)
  const waiting = batches.next()
  stop.abort()
  expect(await waiting).toEqual({ done: true, value: undefined })
})

it('forgets a reader that stopped reading', async () => {
  const source = new Broadcast<State>()
  let asked = 0
  const batches = source.batches([], (state) => ((asked += 1), state.key))
  await read(batches)
  await batches.return(undefined)
  source.emit({ key: 'a', value: 1 })
  expect(asked).toBe(0)
})

it('stops telling a listener that was taken off', () => {
  const source = new Broadcast<number>()
  const heard: number[] = []
  const off = source.on((value) => heard.push(value))
  source.emit(1)
  off()
  source.emit(2)
  expect(heard).toEqual([1])
})
