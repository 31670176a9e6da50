import { afterEach, beforeEach, expect, it } from 'vitest'
import { connect, type ClusterConnection, type ReflectorState } from '../kube/index.ts'
import {
  chunks,
  json,
  startMisbehavingServer,
  status,
  type MisbehavingServer,
  type Reply,
} from '../testing/misbehavingServer.ts'
import { until } from '../testing/until.ts'
import { feedState, LiveLists, part, type RowBatch } from './liveLists.ts'
import { podKind } from './pods/podFacts.ts'

const path = '/api/v1/namespaces/shop/pods'
let server: MisbehavingServer
let connection: ClusterConnection
let lists: LiveLists
/** Watches that the server holds open now. */
let open: number

beforeEach(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context())
  lists = new LiveLists()
  open = 0
})
afterEach(async () => {
  lists.stop()
  await connection.close()
  await server.stop()
})

const pod = (name: string, resourceVersion: string, more: object = {}) => ({
  metadata: { name, namespace: 'shop', uid: name, resourceVersion, labels: { app: 'web' } },
  spec: { containers: [{ name: 'app' }] },
  status: { phase: 'Running', containerStatuses: [{ name: 'app', ready: true, state: { running: {} } }] },
  ...more,
})
const list = (resourceVersion: string, items: unknown[]) => json({ metadata: { resourceVersion }, items })
const event = (type: string, object: unknown): string => `${JSON.stringify({ type, object })}\n`
const quiet = chunks([], 'silence')

function serve(items: Reply, ...watches: Reply[]): void {
  server.on(path, (request, response, socket) => {
    if (!request.query.has('watch')) return items(request, response, socket)
    open += 1
    response.on('close', () => (open -= 1))
    return ((watches.length > 1 ? watches.shift() : watches[0]) ?? quiet)(request, response, socket)
  })
}
const watchesAsked = () => server.requestsTo(path).filter(({ query }) => query.has('watch')).length
const listsAsked = () => server.requestsTo(path).length - watchesAsked()
const target = () => ({ connection, namespaces: ['shop'] })
const names = part(podKind, ({ row }) => row.name)
const phases = part(podKind, ({ phase }) => phase)

/** Reads until the signal aborts. */
function read(signal?: AbortSignal) {
  const seen = { rows: new Map<string, string>(), states: [] as ReflectorState[], batches: [] as RowBatch<string>[] }
  const done = (async () => {
    for await (const batch of lists.batches(target(), names, signal)) {
      seen.batches.push(batch)
      seen.states.push(batch.state)
      if (batch.reset) seen.rows.clear()
      for (const { type, uid, row } of batch.deltas) {
        if (type === 'removed') seen.rows.delete(uid)
        else seen.rows.set(uid, row)
      }
    }
  })()
  return { seen, done }
}

it('asks for one list and one watch for rows, wholes and counts alike, also for those that come later', async () => {
  serve(list('10', [pod('a', '1'), pod('b', '2')]), chunks([event('ADDED', pod('c', '11'))], 'silence'))
  const stop = new AbortController()
  const readers = [read(stop.signal), read(stop.signal)]
  const whole = lists.whole(target(), [phases], stop.signal, 1)
  await until(() => readers.every(({ seen }) => seen.rows.size === 3), 'the rows')
  const late = read(stop.signal)
  await until(() => late.seen.rows.size === 3, 'the rows of a later reader')
  await until(async () => (await whole.next()).value?.rows.length === 3, 'the whole list')
  expect(lists.peek(connection, podKind, 'shop')?.map(({ row }) => row.name)).toEqual(['a', 'b', 'c'])
  expect([listsAsked(), watchesAsked()]).toEqual([1, 1])
  stop.abort()
  await Promise.all([...readers, late].map(({ done }) => done))
})

it('closes the watch soon after the last reader left, though nothing happens in the namespace', async () => {
  serve(list('10', [pod('a', '1')]), quiet)
  const stop = new AbortController()
  const [one, two] = [read(stop.signal), lists.batches(target(), names)]
  await until(() => one.seen.states.at(-1)?.phase === 'live' && open === 1, 'the watch')
  await two.next()
  // One by its signal, the other by the end of its loop, while it waits for what does not come.
  stop.abort()
  const waiting = two.next()
  await two.return(undefined)
  expect(await waiting).toMatchObject({ done: true })
  await one.done
  const left = Date.now()
  await until(() => open === 0, 'the watch to be closed', 5_000)
  expect(Date.now() - left).toBeLessThan(5_000)
  expect(lists.isReading(connection)).toBe(false)
})

it('keeps the watch for a reader that comes within the linger', async () => {
  serve(list('10', [pod('a', '1')]), quiet)
  const first = lists.batches(target(), names)
  await until(async () => (await first.next()).value?.state.phase === 'live', 'the list')
  await first.return(undefined)
  const second = lists.batches(target(), names)
  expect((await second.next()).value).toMatchObject({ reset: true, deltas: [{ row: 'a' }], state: { phase: 'live' } })
  await second.return(undefined)
  expect([listsAsked(), watchesAsked()]).toEqual([1, 1])
})

it('shows who comes back the last state at once, marked with its time, then what has changed, without listing again', async () => {
  let isBack = false
  const away: Reply = (request, response, socket) => {
    const reply = isBack ? chunks([event('DELETED', pod('a', '12')), event('ADDED', pod('c', '13'))], 'silence') : quiet
    return reply(request, response, socket)
  }
  serve(list('10', [pod('a', '1'), pod('b', '2')]), away)
  const before = Date.now()
  const reading = lists.batches(target(), names)
  await until(async () => (await reading.next()).value?.state.phase === 'live', 'the list')
  await reading.return(undefined)
  await until(() => open === 0, 'the watch to be closed')
  isBack = true
  const asked = listsAsked()
  const back = lists.batches(target(), names)
  const { value } = await back.next()
  expect(value).toMatchObject({ reset: true, deltas: [{ row: 'a' }, { row: 'b' }], state: { phase: 'stale' } })
  const { since, error } = value?.state as Extract<ReflectorState, { phase: 'stale' }>
  expect(since).toBeGreaterThanOrEqual(before)
  expect(error).toBeUndefined()
  expect(feedState(value?.state as ReflectorState)).toEqual({ state: 'stale', since })
  const rest: string[] = []
  await until(async () => {
    const next = await back.next()
    rest.push(...(next.value?.deltas ?? []).map(({ type, row }) => `${type} ${row}`))
    return next.value?.state.phase === 'live' && rest.length === 2
  }, 'what has changed')
  expect(rest).toEqual(['removed a', 'added c'])
  expect(listsAsked()).toBe(asked)
  await back.return(undefined)
})

it('drops half a list, and lists again for the next reader', async () => {
  serve(chunks(['{"metadata":{"resourceVersion":"10"},"items":['], 'silence'))
  const first = lists.batches(target(), names)
  await first.next()
  await first.return(undefined)
  await until(() => !lists.isReading(connection), 'the end of the list')
  serve(list('10', [pod('a', '1')]), quiet)
  const second = read()
  await until(() => second.seen.rows.size === 1, 'the list')
  expect(second.seen.states[0]?.phase).toBe('listing')
})

it('gives a large list in batches of 500, and says that it is loading until the last', async () => {
  serve(
    list(
      '10',
      Array.from({ length: 1_800 }, (_, index) => pod(`p${index}`, '1')),
    ),
    quiet,
  )
  const first = read()
  await until(() => first.seen.rows.size === 1_800 && first.seen.states.at(-1)?.phase === 'live', 'all rows')
  const second = read()
  await until(() => second.seen.rows.size === 1_800, 'all rows')
  expect(second.seen.batches.map(({ deltas }) => deltas.length)).toEqual([500, 500, 500, 300])
  expect(second.seen.batches.map(({ reset }) => reset)).toEqual([true, false, false, false])
  expect(second.seen.states.map(({ phase }) => phase)).toEqual(['listing', 'listing', 'listing', 'live'])
})

it('merges what a slow reader has not yet taken', async () => {
  const changes = [event('MODIFIED', pod('a', '11')), event('ADDED', pod('b', '12')), event('DELETED', pod('b', '13'))]
  serve(list('10', [pod('a', '1')]), chunks(changes, 'silence'))
  const slow = lists.batches(target(), names)
  await slow.next()
  const fast = read()
  await until(() => fast.seen.batches.flatMap(({ deltas }) => deltas).length >= 2, 'the events')
  await new Promise((resolve) => setTimeout(resolve, 100))
  const { value } = await slow.next()
  expect(value?.deltas.map(({ type, row }) => `${type} ${row}`)).toEqual(['added a'])
  await slow.return(undefined)
})

it('reads several namespaces as one, sharing each with those who read it alone', async () => {
  serve(list('10', [pod('a', '1')]), quiet)
  server.on('/api/v1/namespaces/lab/pods', (request, response, socket) =>
    (request.query.has('watch') ? quiet : list('10', [pod('z', '1')]))(request, response, socket),
  )
  const alone = read()
  const both = lists.whole({ connection, namespaces: ['shop', 'lab'] }, [names], undefined, 1)
  await until(async () => (await both.next()).value?.rows.join() === 'a,z', 'both namespaces')
  expect(alone.seen.rows.size).toBe(1)
  expect([listsAsked(), watchesAsked()]).toEqual([1, 1])
  await both.return(undefined)
})

it('says why a list failed, and tries again for the next reader', async () => {
  serve(status(403, 'Forbidden'))
  const first = read()
  await until(() => first.seen.states.at(-1)?.phase === 'failed', 'the failure')
  const last = first.seen.states.at(-1) as ReflectorState
  expect(feedState(last)).toMatchObject({ state: 'failed', fault: { code: 'FORBIDDEN' } })
  serve(list('10', [pod('a', '1')]), quiet)
  const second = read()
  await until(() => second.seen.rows.size === 1, 'the list')
})

it('shows an item that cannot be read as one row, and the others as they are', async () => {
  const broken = [
    pod('broken', '2', { spec: { containers: 7 } }),
    { ...pod('nameless', '3'), metadata: null },
    pod('empty', '4', { spec: null, status: null }),
  ]
  const changed = event('MODIFIED', pod('a', '11', { status: { containerStatuses: 'many' } }))
  serve(list('10', [pod('a', '1'), ...broken]), chunks([changed], 'silence'))
  const rows = lists.whole(target(), [part(podKind, ({ row }) => row)], undefined, 1)
  let seen: { name: string; status: string; reason: string }[] = []
  await until(async () => {
    seen = (await rows.next()).value?.rows ?? []
    return seen.length === 4 && seen[0]?.status === 'Unknown'
  }, 'the rows')
  expect(seen.map(({ name, status: word }) => `${name} ${word}`)).toEqual([
    'a Unknown',
    'broken Unknown',
    ' Running',
    'empty Unknown',
  ])
  expect(seen[1]?.reason).toContain('cannot read this pod')
  await rows.return(undefined)
})
