import { afterEach, beforeEach, expect, it } from 'vitest'
import type { LogBatch, LogLine } from '#shared/contract/logs.ts'
import { Credit, logCredit } from '../../flow/credit.ts'
import { connect, type ClusterConnection } from '../../kube/index.ts'
import {
  chunks,
  json,
  startMisbehavingServer,
  status,
  type MisbehavingServer,
  type Reply,
} from '../../testing/misbehavingServer.ts'
import { still, until } from '../../testing/until.ts'
import { LiveLists } from '../../objects/liveLists.ts'
import { PodLogs, type LogSelection } from './podLogs.ts'

let server: MisbehavingServer
let connection: ClusterConnection
let ending: AbortController
let credit: Credit
let lists: LiveLists

beforeEach(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context())
  ending = new AbortController()
  credit = new Credit(logCredit)
  lists = new LiveLists()
  server.on('/api', json({ kind: 'APIVersions', versions: ['v1'] }))
  server.on('/apis', json({ kind: 'APIGroupList', groups: [] }))
  server.on('/api/v1', json({ resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'] }] }))
})
afterEach(async () => {
  ending.abort()
  credit.release()
  lists.stop()
  await connection.close()
  await server.stop()
})

const pods = '/api/v1/namespaces/shop/pods'
const pod = (name: string, resourceVersion = '1') => ({
  metadata: { name, namespace: 'shop', uid: name, resourceVersion, labels: { app: name.split('-')[0] } },
  spec: { restartPolicy: 'Always', containers: [{ name: 'app' }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'app', restartCount: 0, state: {} }] },
})
const line = (second: number, text: string): string => `2026-11-23T10:00:0${second}.000000001Z ${text}\n`

function serve(logs: Record<string, Reply[]>, watch: Reply = chunks([], 'silence')): void {
  const listed = json({ metadata: { resourceVersion: '10' }, items: ['web-1', 'web-2'].map((name) => pod(name)) })
  server.on(pods, (request, response, socket) =>
    (request.query.has('watch') ? watch : listed)(request, response, socket),
  )
  for (const [name, script] of Object.entries(logs)) {
    server.on(`${pods}/${name}`, json(pod(name)))
    server.on(`${pods}/${name}/log`, ...script)
  }
}

const selection: LogSelection = { namespace: 'shop', services: ['web'], pods: [], previous: false }

function follow(more: Partial<LogSelection> = {}): {
  lines: LogLine[]
  last: () => LogBatch['sources']
  done: Promise<void>
} {
  const lines: LogLine[] = []
  let sources: LogBatch['sources'] = []
  const done = (async () => {
    for await (const batch of new PodLogs(
      { connection, lists },
      { ...selection, ...more },
      credit,
      ending.signal,
    ).batches()) {
      lines.push(...batch.lines)
      sources = batch.sources
    }
  })()
  done.catch(() => undefined)
  return { lines, last: () => sources, done }
}

it('merges the logs of all pods of a service on one time axis', async () => {
  serve({
    'web-1': [chunks([line(1, 'a'), line(3, 'c')], 'silence')],
    'web-2': [chunks([line(2, 'b'), line(4, '{"level":"warn","msg":"d"}')], 'silence')],
  })
  const { lines, last } = follow()
  await until(() => lines.length === 4, 'four lines')
  expect(lines.map(({ id, pod: from, text, level }) => [id, from, text, level])).toEqual([
    [0, 'web-1', 'a', 'other'],
    [1, 'web-2', 'b', 'other'],
    [2, 'web-1', 'c', 'other'],
    [3, 'web-2', 'd', 'warn'],
  ])
  expect(last()).toEqual(
    ['web-1', 'web-2'].map((name) => ({ pod: name, container: 'app', state: 'following', detail: '' })),
  )
})

it('lets a pod that appears later join', async () => {
  const appears = `${JSON.stringify({ type: 'ADDED', object: pod('web-3', '11') })}\n`
  const one = chunks([line(1, 'a')], 'silence')
  serve(
    { 'web-1': [one], 'web-2': [chunks([], 'silence')], 'web-3': [chunks([line(5, 'new')], 'silence')] },
    chunks([appears], 'silence'),
  )
  const { lines } = follow({ tailLines: 1 })
  await until(() => lines.length === 2, 'both lines')
  expect(lines.map(({ pod: from }) => from)).toEqual(['web-1', 'web-3'])
})

it('tells which log cannot be read and continues with the others', async () => {
  serve({ 'web-1': [chunks([line(1, 'a')], 'silence')], 'web-2': [status(403, 'Forbidden')] })
  const { lines, last } = follow()
  await until(() => lines.length === 1 && last().some(({ state }) => state === 'failed'), 'the failure')
  expect(last().find(({ pod: from }) => from === 'web-2')?.detail).toContain('may not get pods/log')
})

it('stops reading while the window acknowledges nothing', async () => {
  const many = Array.from({ length: 60_000 }, (_, index) => line(index % 9, `line ${index}`)).join('')
  serve({ 'web-1': [chunks([many], 'silence')], 'web-2': [chunks([], 'silence')] })
  const { lines } = follow()
  await until(() => lines.length > 20_000, 'the credit to be used up')
  expect(await still(() => lines.length, 'the lines')).toBeLessThanOrEqual(22_000)
  await until(() => {
    credit.acknowledge(5_000)
    return lines.length === 60_000
  }, 'the rest')
  expect(lines.map(({ id }) => id)).toEqual(lines.map((_, index) => index))
})

it('ends after the logs of the previous containers', async () => {
  serve({
    'web-1': [chunks([line(1, 'a')])],
    'web-2': [status(400, 'BadRequest', { message: 'previous terminated container not found' })],
  })
  const { lines, last, done } = follow({ previous: true })
  await done
  expect([lines.map(({ text }) => text), last().map(({ state }) => state)]).toEqual([['a'], ['ended', 'failed']])
})

it('fails when the pods may not be listed', async () => {
  server.on(pods, status(403, 'Forbidden'))
  await expect(follow().done).rejects.toMatchObject({ code: 'FORBIDDEN' })
})
