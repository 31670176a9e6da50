import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  chunks,
  json,
  startMisbehavingServer,
  status,
  type MisbehavingServer,
  type Reply,
} from '../testing/misbehavingServer.ts'
import { realClock } from './clock.ts'
import { connect } from './connection.ts'
import { followLogBatches, followLogs } from './logs.ts'
import type { LogLine, LogOptions } from './streamTypes.ts'
import type { ClusterConnection } from './types.ts'

const podPath = '/api/v1/namespaces/shop/pods/web'
const logPath = `${podPath}/log`

let server: MisbehavingServer
let connection: ClusterConnection
beforeEach(async () => {
  server = await startMisbehavingServer()
  const clock = { ...realClock, delay: (_: number, signal?: AbortSignal) => realClock.delay(1, signal) }
  connection = connect(server.context(), { clock })
  server.on('/version', json({}))
})
afterEach(async () => {
  await connection.close()
  await server.stop()
})

const pod = (phase: string, restartCount = 0): Reply =>
  json({
    spec: { restartPolicy: 'Always' },
    status: { phase, containerStatuses: [{ name: 'app', restartCount, state: {} }] },
  })
const time = (second: number, fraction = '000000001'): string => `2026-11-23T10:00:0${second}.${fraction}Z`
const line = (second: number, text: string): string => `${time(second)} ${text}\n`

async function read(options: Partial<LogOptions> = {}): Promise<LogLine[]> {
  const lines: LogLine[] = []
  for await (const one of followLogs(connection, { namespace: 'shop', pod: 'web', ...options })) lines.push(one)
  return lines
}
const texts = (lines: LogLine[]): string[] => lines.map(({ text, gap }) => (gap === undefined ? text : `GAP ${text}`))
const asked = (name: string): (string | null)[] => server.requestsTo(logPath).map(({ query }) => query.get(name))

it('reads a log once, with times, over lines and characters cut anywhere', async () => {
  const bytes = Buffer.from(line(1, 'ein Ä') + line(2, '日本') + `${time(3)} no newline`)
  server.on(logPath, chunks([bytes.subarray(0, 36), bytes.subarray(36, 70), bytes.subarray(70)]))
  await expect(read({ tailLines: 3 })).resolves.toEqual([
    { time: time(1), text: 'ein Ä' },
    { time: time(2), text: '日本' },
    { time: time(3), text: 'no newline' },
  ])
  expect(asked('tailLines')).toEqual(['3'])
})

it('splits on \\n only, and neutralises what could drive a terminal', async () => {
  server.on(
    logPath,
    chunks([line(1, 'a\u2028b\u0085c'), line(2, '\u001b[31mred\u001b[0m\u202e'), line(3, '10%\r20%\r')]),
  )
  expect(texts(await read())).toEqual(['a\ufffdb\ufffdc', 'red\ufffd', '10%\u240d20%'])
})

it('caps a line without losing the next', async () => {
  server.on(logPath, chunks([line(1, 'x'.repeat(100_000)), line(2, 'next')]))
  const [long, next] = await read()
  expect(long?.text.length).toBeLessThan(33_000)
  expect(long?.text).toMatch(/… \(\d+ bytes more\)$/)
  expect(next?.text).toBe('next')
})

it('reads on after a reset without doubling or losing a line, and without tailLines', async () => {
  server.on(podPath, pod('Running'), pod('Running'), pod('Succeeded'))
  server.on(
    logPath,
    chunks([line(1, 'a'), line(2, 'b'), line(2, 'b'), `${time(2)} cut`], 'reset'),
    chunks([line(2, 'b'), line(2, 'b'), line(2, 'cut off'), line(3, 'c')]),
  )
  expect(texts(await read({ follow: true, tailLines: 10 }))).toEqual(['a', 'b', 'b', 'cut off', 'c'])
  expect(asked('sinceTime')).toEqual([null, '2026-11-23T10:00:02Z'])
  expect(asked('tailLines')).toEqual(['10', null])
})

it('reads on after a clean end while the container runs (rotation, the four hours of containerd)', async () => {
  server.on(podPath, pod('Running'), pod('Running'), pod('Succeeded'))
  server.on(logPath, chunks([line(1, 'a')]), chunks([line(1, 'a'), line(3, 'b')]))
  expect(texts(await read({ follow: true }))).toEqual(['a', 'b'])
})

it('marks a gap where the last line does not come again', async () => {
  server.on(podPath, pod('Running'), pod('Running'), pod('Succeeded'))
  server.on(logPath, chunks([line(1, 'a')], 'reset'), chunks([line(5, 'later'), line(6, 'more')]))
  expect(texts(await read({ follow: true }))).toEqual(['a', 'GAP later', 'more'])
})

it('reads the rest of the previous container after a restart, then the new one', async () => {
  server.on(podPath, pod('Running'), pod('Running', 1), pod('Succeeded', 1))
  server.on(
    logPath,
    chunks([line(1, 'a')]),
    chunks([line(1, 'a'), line(2, 'last words')]),
    chunks([line(4, 'hello again')]),
  )
  expect(texts(await read({ follow: true }))).toEqual(['a', 'last words', 'hello again'])
  expect(asked('previous')).toEqual([null, 'true', null])
  expect(asked('sinceTime')).toEqual([null, '2026-11-23T10:00:01Z', null])
})

it('marks a gap when the container restarted more than once', async () => {
  server.on(podPath, pod('Running'), pod('Running', 3), pod('Succeeded', 3))
  server.on(logPath, chunks([line(1, 'a')]), chunks([line(4, 'third start')]))
  expect(texts(await read({ follow: true }))).toEqual(['a', 'GAP third start'])
})

it('waits for a container that is being created', async () => {
  const waiting = status(400, 'BadRequest', {
    message: 'container "app" in pod "web" is waiting to start: ContainerCreating',
  })
  server.on(podPath, pod('Pending'), pod('Pending'), pod('Succeeded'))
  server.on(logPath, waiting, chunks([line(1, 'a')]))
  expect(texts(await read({ follow: true }))).toEqual(['a'])
})

it('survives an API server that is away for a while', async () => {
  server.on(
    podPath,
    pod('Running'),
    status(503, 'ServiceUnavailable'),
    status(503, 'ServiceUnavailable'),
    pod('Succeeded'),
  )
  server.on(
    logPath,
    chunks([line(1, 'a')], 'reset'),
    status(503, 'ServiceUnavailable'),
    chunks([line(1, 'a'), line(2, 'b')]),
  )
  expect(texts(await read({ follow: true }))).toEqual(['a', 'b'])
})

it('opens a silent stream again, because it may be half-open', async () => {
  server.on(podPath, pod('Running'), pod('Running'), pod('Succeeded'))
  server.on(logPath, chunks([line(1, 'a')], 'silence'), chunks([line(1, 'a'), line(2, 'b')]))
  const lines: LogLine[] = []
  const options = { namespace: 'shop', pod: 'web', follow: true }
  for await (const batch of followLogBatches(connection, options, { ask: 40, reopen: 200 })) lines.push(...batch)
  expect(texts(lines)).toEqual(['a', 'b'])
  expect(server.requestsTo('/version').length).toBeGreaterThan(0)
})

it('ends when the pod is gone, and reports what is wrong from the start', async () => {
  server.on(podPath, pod('Running'), status(404, 'NotFound'))
  server.on(logPath, chunks([line(1, 'a')]))
  expect(texts(await read({ follow: true }))).toEqual(['a'])
  server.on(logPath, status(403, 'Forbidden'))
  await expect(read({ follow: true })).rejects.toMatchObject({ code: 'FORBIDDEN', details: { resource: 'pods/log' } })
})

it('stops on request', async () => {
  server.on(podPath, pod('Running'))
  server.on(logPath, chunks([line(1, 'a')], 'silence'))
  const controller = new AbortController()
  const reading = (async () => {
    for await (const one of followLogs(connection, {
      namespace: 'shop',
      pod: 'web',
      follow: true,
      signal: controller.signal,
    })) {
      expect(one.text).toBe('a')
      controller.abort()
    }
  })()
  await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' })
})
