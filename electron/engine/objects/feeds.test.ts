import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import {
  connect,
  createObject,
  loadKubeconfigs,
  removeObject,
  type ClusterConnection,
  type KubeObject,
  type Reflector,
} from '../kube/index.ts'
import { Feeds, feedState, wholeLists } from './feeds.ts'
import { sameCluster } from '../testing/sameCluster.ts'

const namespace = `feeds-test-${process.pid}`
const scope = { context: 'context:test', namespace }
let cluster: TestCluster
let connection: ClusterConnection
let feeds: Feeds
let connections: number

beforeAll(async () => {
  cluster = await startCluster()
  const { contexts } = loadKubeconfigs([{ path: cluster.kubeconfigPath, kind: 'user' }])
  const context = contexts.find(({ name }) => name === cluster.context)
  if (!context) throw new Error(`no context ${cluster.context}`)
  connection = connect(context)
  await createObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
})
afterAll(async () => {
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: namespace })
  await connection.close()
  await cluster.stop()
})
beforeEach(() => {
  connections = 0
  feeds = new Feeds({
    ...sameCluster,
    facts: () => ({ name: 'test', environment: 'sandbox', role: 'administrator' }),
    connection: () => {
      connections += 1
      return Promise.resolve(connection)
    },
  })
})
afterEach(() => feeds.stop())

const secret = (name: string) =>
  createObject(connection, { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace } })
const nameOf = (object: KubeObject) => object.metadata.name
/** A reader of the secrets' names. */
function readNames(name = 'names', signal?: AbortSignal, seen: Reflector<string>[] = []) {
  return feeds.read(scope, 'secrets', name, nameOf, (reflector) => {
    seen.push(reflector)
    return wholeLists([reflector], signal, 1)
  })
}
async function untilRows(lists: ReturnType<typeof readNames>, wanted: string): Promise<void> {
  for (;;) {
    const next = await lists.next()
    if (next.done) throw new Error('the list ended')
    const { value } = next
    if (feedState(value.state).state === 'live' && value.rows.includes(wanted)) return
  }
}

it('gives the whole list after each change', async () => {
  const lists = readNames()
  await secret('first')
  await untilRows(lists, 'first')
  await secret('second')
  await untilRows(lists, 'second')
  await lists.return(undefined)
})

it('watches a list once for all its readers, and keeps it for the one that comes back', async () => {
  await secret('shared')
  const seen: Reflector<string>[] = []
  const [one, two] = [readNames('names', undefined, seen), readNames('names', undefined, seen)]
  await Promise.all([untilRows(one, 'shared'), untilRows(two, 'shared')])
  await Promise.all([one.return(undefined), two.return(undefined)])
  const again = readNames('names', undefined, seen)
  await untilRows(again, 'shared')
  await again.return(undefined)
  expect([connections, new Set(seen).size, seen.length]).toEqual([1, 1, 3])
})

it('tells projections of the same resource apart', async () => {
  const [one, two] = [readNames('names'), readNames('others')]
  await Promise.all([one.next(), two.next()])
  expect(connections).toBe(2)
  await Promise.all([one.return(undefined), two.return(undefined)])
})

it('ends with its reader, also while nothing changes', async () => {
  const stop = new AbortController()
  const lists = readNames('names', stop.signal)
  await lists.next()
  const rest = (async () => {
    for (let next = await lists.next(); !next.done; next = await lists.next());
  })()
  stop.abort()
  await rest
})

it('says why a list failed, and tries anew for the next reader', async () => {
  const readAbsent = () =>
    feeds.read(scope, 'gadgets.example.com', 'names', nameOf, (reflector) => wholeLists([reflector], undefined, 1))
  for (const opened of [1, 2]) {
    const lists = readAbsent()
    for (;;) {
      const next = await lists.next()
      if (next.done) throw new Error('the list ended')
      const state = feedState(next.value.state)
      if (state.state !== 'failed') continue
      expect(state.fault).toMatchObject({ code: 'NOT_FOUND' })
      break
    }
    await lists.return(undefined)
    expect(connections).toBe(opened)
  }
})
