import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  chunks,
  json,
  startMisbehavingServer,
  status,
  type MisbehavingServer,
  type Reply,
} from '../testing/misbehavingServer.ts'
import { until } from '../testing/until.ts'
import { realClock } from './clock.ts'
import { connect } from './connection.ts'
import { reflect } from './reflector.ts'
import type { Delta, ReflectOptions, Reflector, ReflectorState } from './streamTypes.ts'
import type { ApiResource, ClusterConnection, ConnectOptions } from './types.ts'

const pods: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  name: 'pods',
  singular: 'pod',
  namespaced: true,
  verbs: ['list', 'watch'],
  shortNames: ['po'],
  subresources: [],
}
const path = '/api/v1/pods'

let server: MisbehavingServer
let connection: ClusterConnection
const reflectors: Reflector<unknown>[] = []

beforeEach(async () => void (server = await startMisbehavingServer()))
afterEach(async () => {
  reflectors.splice(0).forEach((reflector) => reflector.stop())
  await connection.close()
  await server.stop()
})

const pod = (name: string, resourceVersion: string, uid = `uid-${name}`) => ({
  metadata: { name, namespace: 'shop', uid, resourceVersion, labels: { text: 'ä日本' } },
})
const list = (resourceVersion: string, items: unknown[], more: object = {}) => ({
  kind: 'PodList',
  metadata: { resourceVersion, ...more },
  items,
})
const event = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`

/** Lists and watches share a path: each has its own script, the last of which repeats. */
function script(lists: Reply[], watches: Reply[], at = path): void {
  const next = (replies: Reply[]): Reply => (replies.length > 1 ? replies.shift() : replies[0]) ?? status(500, 'Script')
  server.on(at, (request, response, socket) =>
    next(request.query.has('watch') ? watches : lists)(request, response, socket),
  )
}
const hold: Reply = chunks([], 'silence')
const watches = () => server.requestsTo(path).filter(({ query }) => query.has('watch'))
const lists = () => server.requestsTo(path).filter(({ query }) => !query.has('watch'))

/** Waits are recorded and take one millisecond. */
function impatient(): { clock: NonNullable<ConnectOptions['clock']>; waits: number[] } {
  const waits: number[] = []
  const delay = (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    waits.push(milliseconds)
    return realClock.delay(1, signal)
  }
  return { waits, clock: { now: () => Date.now(), random: () => 0.5, delay } }
}

function start(
  options: Partial<ReflectOptions<string>> = {},
  connecting: ConnectOptions = { clock: impatient().clock },
  user = {},
) {
  connection = connect(server.context(user), connecting)
  const seen: { deltas: Delta<string>[]; states: ReflectorState[] } = { deltas: [], states: [] }
  const project = ({ metadata }: { metadata: { name: string; resourceVersion?: string } }): string =>
    `${metadata.name}@${metadata.resourceVersion ?? ''}`
  const reflector = reflect(connection, { resource: pods, project, ...options })
  reflectors.push(reflector)
  reflector.subscribe(({ deltas, state }) => {
    seen.deltas.push(...deltas)
    if (seen.states.at(-1) !== state) seen.states.push(state)
  })
  const story = (): string[] => seen.deltas.map(({ type, row }) => `${type} ${row}`)
  return { reflector, seen, story }
}

it('lists a first page of 100, then pages of 500, and watches from there with bookmarks and a server timeout', async () => {
  script([json(list('9', [pod('a', '1')], { continue: 'more' })), json(list('10', [pod('b', '2')]))], [hold])
  const { reflector, story } = start({ labelSelector: 'app=x' })
  await reflector.synced
  expect(story()).toEqual(['added a@1', 'added b@2'])
  expect(lists().map(({ query }) => [query.get('limit'), query.get('continue'), query.get('labelSelector')])).toEqual([
    ['100', null, 'app=x'],
    ['500', 'more', 'app=x'],
  ])
  const [{ query } = { query: new URLSearchParams() }] = watches()
  expect([query.get('resourceVersion'), query.get('allowWatchBookmarks'), query.get('labelSelector')]).toEqual([
    '10',
    'true',
    'app=x',
  ])
  expect(Number(query.get('timeoutSeconds'))).toBeGreaterThanOrEqual(300)
})

it('gives deltas, not lists; a bookmark moves on without one', async () => {
  const bookmark = event('BOOKMARK', { metadata: { resourceVersion: '40' } })
  script(
    [json(list('10', [pod('a', '1')]))],
    [
      chunks([
        event('ADDED', pod('b', '11')),
        event('MODIFIED', pod('a', '12')),
        event('DELETED', pod('b', '13')),
        bookmark,
      ]),
      hold,
    ],
  )
  const { story, reflector } = start()
  await until(() => watches().length === 2, 'the second watch')
  expect(story()).toEqual(['added a@1', 'added b@11', 'changed a@12', 'removed b@13'])
  expect(watches()[1]?.query.get('resourceVersion')).toBe('40')
  expect([...reflector.rows.values()]).toEqual(['a@12'])
  expect(lists()).toHaveLength(1)
})

it('puts lines and characters together that arrive in pieces', async () => {
  const bytes = Buffer.from(event('ADDED', pod('b', '11')) + event('ADDED', pod('c', '12')))
  const cut = bytes.indexOf(Buffer.from('日')) + 1
  script(
    [json(list('10', []))],
    [chunks([bytes.subarray(0, 30), bytes.subarray(30, cut), bytes.subarray(cut)], 'silence')],
  )
  const { story } = start({ project: ({ metadata }) => `${metadata.name} ${metadata.labels?.['text'] ?? ''}` })
  await until(() => story().length === 2, 'both events')
  expect(story()).toEqual(['added b ä日本', 'added c ä日本'])
})

it('continues from the last whole event when a line is cut off by a reset', async () => {
  const line = event('ADDED', pod('c', '12'))
  script(
    [json(list('10', []))],
    [chunks([event('ADDED', pod('b', '11')), line.slice(0, 20)], 'reset'), chunks([line], 'silence')],
  )
  const { story, seen } = start()
  await until(() => story().length === 2, 'the event that was cut')
  expect(story()).toEqual(['added b@11', 'added c@12'])
  expect(watches()[1]?.query.get('resourceVersion')).toBe('11')
  expect(seen.states.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['live', 'stale']))
  expect(lists()).toHaveLength(1)
})

it.each([
  ['the answer to the watch', status(410, 'Expired')],
  ['an ERROR event', chunks([event('ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' })])],
])('lists again after a 410 as %s, and removes what is gone', async (_form, expired) => {
  script(
    [json(list('10', [pod('a', '1'), pod('b', '2')])), json(list('20', [pod('b', '2'), pod('c', '15')]))],
    [expired, hold],
  )
  const { story, reflector } = start()
  await until(() => watches().length === 2, 'the watch after the relist')
  expect(story()).toEqual(['added a@1', 'added b@2', 'added c@15', 'removed a@1'])
  expect(watches()[1]?.query.get('resourceVersion')).toBe('20')
  await reflector.synced
})

it('starts the list over when its continue token has expired, in one piece if that continues', async () => {
  const first = json(list('9', [pod('a', '1')], { continue: 'more' }))
  script(
    [first, status(410, 'Expired'), first, status(410, 'Expired'), json(list('30', [pod('a', '1'), pod('b', '2')]))],
    [hold],
  )
  const { story, reflector } = start()
  await reflector.synced
  expect(story()).toEqual(['added a@1', 'added b@2'])
  expect(lists().map(({ query }) => query.get('limit'))).toEqual(['100', '500', '100', '500', null])
})

it('does not come back in a loop when watches are closed at once, and lists again', async () => {
  script([json(list('10', []))], [chunks([])])
  const { clock, waits } = impatient()
  start({}, { clock })
  await until(() => lists().length >= 3, 'relists')
  const pauses = waits.filter((wait) => wait > 0)
  expect(pauses.length).toBeGreaterThanOrEqual(watches().length - 1)
  expect(pauses.slice(0, 4)).toEqual([600, 1200, 2400, 4800])
})

it('waits at least as long as Retry-After says', async () => {
  const { clock, waits } = impatient()
  script([json(list('10', []))], [status(429, 'TooManyRequests', {}, { 'retry-after': '11' }), hold])
  const { reflector } = start({}, { clock })
  await reflector.synced
  expect(waits).toContain(11_000)
})

it('renews the sign-in when the watch is answered with 401', async () => {
  const { mkdtempSync, rmSync, writeFileSync } = await import('node:fs')
  const folder = mkdtempSync(`${(await import('node:os')).tmpdir()}/console-reflect-`)
  const tokenFile = `${folder}/token`
  writeFileSync(tokenFile, 'old')
  const cut: Reply = (request, response, socket) => {
    writeFileSync(tokenFile, 'new')
    return chunks([event('ADDED', pod('a', '11'))], 'reset')(request, response, socket)
  }
  script(
    [json(list('10', []))],
    [cut, status(401, 'Unauthorized'), chunks([event('ADDED', pod('b', '12'))], 'silence')],
  )
  const { story } = start({}, undefined, { tokenFile })
  await until(() => story().length === 2, 'the event after the new sign-in')
  expect(watches().map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer old', 'Bearer new'])
  rmSync(folder, { recursive: true })
})

it('notices a half-open watch by its silence and opens another', async () => {
  server.on('/version', json({}))
  script([json(list('10', []))], [hold, chunks([event('ADDED', pod('a', '11'))], 'silence')])
  const { story, seen } = start({ idleTimeout: 250 })
  await until(() => story().length === 1, 'the event on the second watch')
  expect(seen.states.find(({ phase }) => phase === 'stale')).toMatchObject({ error: { code: 'CONNECTION_LOST' } })
  expect(server.requestsTo('/version').length).toBeGreaterThan(0)
})

it('takes an object with a new uid for another object', async () => {
  script([json(list('10', [pod('a', '1', 'one')]))], [chunks([event('MODIFIED', pod('a', '11', 'two'))], 'silence')])
  const { story, reflector } = start()
  await until(() => story().length === 3, 'the replacement')
  expect(story()).toEqual(['added a@1', 'removed a@1', 'added a@11'])
  expect([...reflector.rows.keys()]).toEqual(['two'])
})

it('keeps the rows and says since when they are old while the cluster is away', async () => {
  script(
    [json(list('10', [pod('a', '1')]))],
    [chunks([], 'reset'), status(503, 'ServiceUnavailable'), status(503, 'ServiceUnavailable'), hold],
  )
  const { reflector, seen } = start()
  await until(() => watches().length === 4 && reflector.state.phase === 'live', 'the watch to come back')
  const stale = seen.states.filter((state) => state.phase === 'stale')
  expect(new Set(stale.map(({ since }) => since)).size).toBe(1)
  expect([...reflector.rows.values()]).toEqual(['a@1'])
})

it('watches again at once after reconnect', async () => {
  script([json(list('10', []))], [hold])
  const { reflector } = start({}, {})
  await reflector.synced
  connection.reconnect()
  await until(() => watches().length === 2, 'the second watch')
})

it('falls back to the namespaces it may list where the cluster is forbidden', async () => {
  script([status(403, 'Forbidden')], [hold])
  server.on('/api/v1/namespaces', json(list('5', [pod('shop', '1'), pod('secret', '2')])))
  script([json(list('10', [pod('a', '1')]))], [hold], '/api/v1/namespaces/shop/pods')
  script([status(403, 'Forbidden')], [hold], '/api/v1/namespaces/secret/pods')
  const { reflector, story } = start()
  await reflector.synced
  await until(() => reflector.state.phase === 'live', 'live')
  expect(story()).toEqual(['added a@1'])
})

it('falls back to the namespaces it is told', async () => {
  script([status(403, 'Forbidden')], [hold])
  script([json(list('10', [pod('a', '1')]))], [hold], '/api/v1/namespaces/shop/pods')
  const { reflector, story } = start({ fallbackNamespaces: ['shop'] })
  await reflector.synced
  expect(story()).toEqual(['added a@1'])
  expect(server.requestsTo('/api/v1/namespaces')).toEqual([])
})

it('says so when nothing may be listed at all', async () => {
  script([status(403, 'Forbidden')], [hold])
  for (const forbidden of ['/api/v1/namespaces', '/api/v1/namespaces/default/pods'])
    server.on(forbidden, status(403, 'Forbidden'))
  const { reflector } = start()
  await expect(reflector.synced).rejects.toMatchObject({ code: 'FORBIDDEN' })
  await until(() => reflector.state.phase === 'failed', 'the failure')
})

it('finds the resource by its name through discovery', async () => {
  server.on('/api', json({ kind: 'APIVersions', versions: ['v1'] }))
  server.on('/apis', json({ kind: 'APIGroupList', groups: [] }))
  server.on('/api/v1', json({ resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'] }] }))
  script([json(list('10', [pod('a', '1')]))], [hold])
  const { reflector } = start({ resource: 'po' })
  await expect(reflector.synced).rejects.toMatchObject({ code: 'NOT_FOUND' })
  const { reflector: found } = start({ resource: 'Pod' })
  await found.synced
})

it('waits for a cluster that is away when the list is opened', async () => {
  server.on('/api', status(503, 'ServiceUnavailable'), json({ kind: 'APIVersions', versions: ['v1'] }))
  server.on('/apis', json({ kind: 'APIGroupList', groups: [] }))
  server.on('/api/v1', json({ resources: [{ name: 'pods', kind: 'Pod', namespaced: true, verbs: ['list'] }] }))
  script([json(list('10', [pod('a', '1')]))], [hold])
  const { reflector, seen } = start({ resource: 'pods' })
  await reflector.synced
  expect(seen.states.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['stale', 'live']))
})

it('merges for an iterating consumer what it has not taken yet', async () => {
  script(
    [json(list('10', [pod('a', '1')]))],
    [
      chunks(
        [
          event('MODIFIED', pod('a', '11')),
          event('MODIFIED', pod('a', '12')),
          event('ADDED', pod('b', '13')),
          event('DELETED', pod('b', '14')),
        ],
        'silence',
      ),
    ],
  )
  const { reflector, story } = start()
  const iterator = reflector[Symbol.asyncIterator]()
  await until(() => story().length === 5, 'all events')
  const first = await iterator.next()
  expect((first.value as { deltas: Delta<string>[] }).deltas).toMatchObject([{ type: 'added', row: 'a@12' }])
  await iterator.return?.()
})

it('stops everything on request', async () => {
  script([json(list('10', []))], [hold])
  const controller = new AbortController()
  const { reflector } = start({ signal: controller.signal })
  await reflector.synced
  const iterator = reflector[Symbol.asyncIterator]()
  await iterator.next()
  const waiting = iterator.next()
  controller.abort()
  await expect(waiting).resolves.toMatchObject({ done: true })
})
