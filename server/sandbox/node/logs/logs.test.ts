import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { poll } from '../testing/nodeFixture.ts'
import { ContainerLog } from './containerLog.ts'
import { normalizeTimestamp } from './logFormat.ts'
import { type ReadLogOptions, readLog } from './readLog.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-logs-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function read(log: ContainerLog, options: Partial<ReadLogOptions> = {}): Promise<string[]> {
  const lines: string[] = []
  const all = { instance: 0, follow: false, signal: new AbortController().signal, ...options }
  for await (const records of readLog(log, all)) lines.push(...records.map(({ content }) => content.toString()))
  return lines
}

const numbers = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}`)

it('writes the format of container runtimes with rising nanoseconds', async () => {
  const log = new ContainerLog(folder)
  const writer = log.begin(0)
  writer.write('stdout', Buffer.from('one\ntw'))
  writer.write('stderr', Buffer.from('oops\n'))
  writer.write('stdout', Buffer.from('o\nrest'))
  writer.close()
  const lines = (await readFile(join(folder, '0.0.log'), 'utf8')).trimEnd().split('\n')
  const texts = lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z /, ''))
  expect(texts).toEqual(['stdout F one', 'stderr F oops', 'stdout F two', 'stdout P rest'])
  expect([...lines].sort()).toEqual(lines)
})

it('cuts a very long line into partial records and loses nothing', async () => {
  const log = new ContainerLog(folder)
  const writer = log.begin(0)
  const long = 'x'.repeat(50_000)
  writer.write('stdout', Buffer.from(`${long}\nnext\n`))
  writer.close()
  const lines = await read(log)
  expect(lines.slice(0, -1).join('')).toBe(long)
  expect(lines.at(-1)).toBe('next')
})

it('rotates at its size, keeps two closed segments, and reads the tail across them', async () => {
  const log = new ContainerLog(folder, { segmentBytes: 500, closedSegments: 2 })
  const writer = log.begin(0)
  for (const line of numbers(1, 100)) writer.write('stdout', Buffer.from(`${line}\n`))
  writer.close()
  expect((await readdir(folder)).length).toBe(3)
  expect(await read(log, { tailLines: 15 })).toEqual(numbers(86, 100))
  expect(await read(log, { tailLines: 0 })).toEqual([])
  expect((await read(log, { tailLines: 5000 })).at(-1)).toBe('line 100')
})

it('follows through rotations until the container ends', async () => {
  const log = new ContainerLog(folder, { segmentBytes: 2000, closedSegments: 2 })
  const writer = log.begin(0)
  const seen: string[] = []
  const follow = async (): Promise<void> => {
    const signal = new AbortController().signal
    for await (const records of readLog(log, { instance: 0, follow: true, signal })) {
      seen.push(...records.map(({ content }) => content.toString()))
    }
  }
  const followed = follow()
  for (let last = 10; last <= 500; last += 10) {
    for (const line of numbers(last - 9, last)) writer.write('stdout', Buffer.from(`${line}\n`))
    // A reader may fall behind by two segments, which here are about 60 lines.
    await poll(() => (seen.length >= last - 20 ? true : undefined))
  }
  writer.close()
  await followed
  expect(seen).toEqual(numbers(1, 500))
})

it('keeps the run before the current one and removes older ones', async () => {
  const log = new ContainerLog(folder)
  for (const instance of [0, 1, 2]) {
    const writer = log.begin(instance)
    writer.write('stdout', Buffer.from(`run ${instance}\n`))
    writer.close()
  }
  expect([
    await read(log, { instance: 0 }),
    await read(log, { instance: 1 }),
    await read(log, { instance: 2 }),
  ]).toEqual([[], ['run 1'], ['run 2']])
})

it('ends a follow when the reader leaves', async () => {
  const log = new ContainerLog(folder)
  const writer = log.begin(0)
  const reader = new AbortController()
  const followed = read(log, { follow: true, signal: reader.signal })
  writer.write('stdout', Buffer.from('here\n'))
  setImmediate(() => reader.abort())
  await followed
  writer.close()
})

it.each([
  ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000000000Z'],
  ['2026-01-02T03:04:05.5Z', '2026-01-02T03:04:05.500000000Z'],
  ['2026-01-02T05:04:05.123456789+02:00', '2026-01-02T03:04:05.123456789Z'],
  ['yesterday', undefined],
])('reads the time %s as %s', (text, expected) => {
  expect(normalizeTimestamp(text)).toBe(expected)
})
