import { afterEach, beforeEach, expect, it } from 'vitest'
import { json, status } from '../../testing/misbehavingServer.ts'
import { writeKubeconfig } from '../../testing/kubeconfig.ts'
import { until } from '../../testing/until.ts'
import { looked, rowOf, testConsole, type TestConsole } from './testing/console.ts'

let world: TestConsole
let clock: number
beforeEach(async () => {
  world = await testConsole()
  clock = Date.now()
  world.host.now = () => clock
})
afterEach(() => world.stop())

const user = { token: 'abc' }
const write = (...contexts: string[]) =>
  writeKubeconfig(
    world.kubeconfig,
    world.server,
    contexts.map((context) => ({ context, user })),
  )
const nodes = '/api/v1/nodes'
const version = '/version'

it('a context that nobody opened is asked nothing', async () => {
  world.isWatched = false
  await write('own')
  const clusters = await world.start()
  clock += 600_000
  clusters.checks.checkDue()
  clusters.reconnect()
  expect(rowOf(clusters, 'context:own')).toMatchObject({ health: 'unknown', checkedAt: undefined })
  expect(world.server.connections).toBe(0)
})

it('a context that was used and is shown nowhere is asked for version and access alone, every five minutes', async () => {
  world.isWatched = false
  await write('own')
  const clusters = await world.start()
  await clusters.connection('context:own')
  clusters.checks.checkDue()
  await until(() => rowOf(clusters, 'context:own').checkedAt !== undefined, 'the first check')
  expect(rowOf(clusters, 'context:own')).toMatchObject({
    health: 'reachable',
    role: 'administrator',
    version: 'v1.35.0',
    lookedAt: undefined,
  })
  expect(clusters.list().clusters).toMatchObject([{ suitesSeen: 'notAsked', suites: [] }, { id: 'sandbox' }])
  expect(world.server.requestsTo(nodes)).toHaveLength(0)
  const asked = world.server.requestsTo(version).length
  clock += 299_000
  clusters.checks.checkDue()
  clock += 2_000
  clusters.checks.checkDue()
  await until(() => rowOf(clusters, 'context:own').checkedAt === clock, 'the second check')
  expect(world.server.requestsTo(version)).toHaveLength(asked + 1)
  expect(world.server.requestsTo(nodes)).toHaveLength(0)
})

it('a context that somebody looks at is read closely at once and every 30 seconds, and others are not', async () => {
  world.isWatched = false
  await write('shown', 'hidden')
  const clusters = await world.start()
  await clusters.connection('context:hidden')
  clusters.checks.checkDue()
  await until(() => rowOf(clusters, 'context:hidden').checkedAt !== undefined, 'the first check')
  const reader = new AbortController()
  const checks = clusters.checks.attend(['context:shown'], reader.signal)
  expect((await checks.next()).value).toMatchObject({ context: 'context:shown' })
  expect(rowOf(clusters, 'context:shown')).toMatchObject({ health: 'healthy', lookedAt: clock })
  expect(rowOf(clusters, 'context:hidden')).toMatchObject({ health: 'reachable', lookedAt: undefined })
  clock += 31_000
  clusters.checks.checkDue()
  expect((await checks.next()).value).toMatchObject({ context: 'context:shown', at: clock })
  expect(world.server.requestsTo(nodes)).toHaveLength(2)
  reader.abort()
  await checks.next()
  clock += 31_000
  clusters.checks.checkDue()
  expect(world.server.requestsTo(nodes)).toHaveLength(2)
})

it('remembers the role of an earlier session until the cluster answers again', async () => {
  await write('own')
  await looked(await world.start(), 'context:own')
  world.server.on(version, (_request, _response, socket) => void socket.destroy())
  const restarted = await world.start()
  expect(restarted.facts('context:own').role).toBe('administrator')
  await looked(restarted, 'context:own')
  expect(rowOf(restarted, 'context:own')).toMatchObject({ health: 'unreachable', role: 'administrator' })
})

it.each([
  ['too long', 'x'.repeat(600), /600 characters/],
  ['with control characters', 'evil\u001b[2J', /control characters/],
])('a name that is %s is one bad row, and the others are there', async (_case, name, reason) => {
  await write('own', name)
  const clusters = await world.start()
  await looked(clusters, 'context:own')
  await until(() => clusters.list().contexts.some((row) => row.name === name && row.checkedAt), 'the bad row')
  const bad = clusters.list().contexts.find((row) => row.name === name)
  expect(bad).toMatchObject({ health: 'unreachable', fault: { code: 'KUBECONFIG_INVALID' } })
  expect(bad?.summary).toMatch(reason)
  expect(bad?.id.length).toBeLessThan(512)
  await expect(clusters.connection(bad?.id ?? '')).rejects.toMatchObject({ code: 'KUBECONFIG_INVALID' })
  expect(rowOf(clusters, 'context:own')).toMatchObject({ health: 'healthy' })
})

it('production is only lowered by the call that was confirmed', async () => {
  await write('prod-eu-1')
  const clusters = await world.start()
  await expect(clusters.setEnvironment('context:prod-eu-1', 'staging')).rejects.toMatchObject({
    code: 'CONFIRMATION_REQUIRED',
  })
  expect(clusters.facts('context:prod-eu-1').environment).toBe('production')
  await clusters.lowerEnvironment('context:prod-eu-1', 'staging')
  await clusters.setEnvironment('context:prod-eu-1', 'edge')
  await clusters.setEnvironment('context:prod-eu-1', 'production')
  expect(clusters.facts('context:prod-eu-1').environment).toBe('production')
})

const labels = { 'app.kubernetes.io/part-of': 'agency-swarm' }
const list = (...items: object[]) => json({ kind: 'PartialObjectMetadataList', metadata: {}, items })
const backend = (namespace: string, release: string) => ({
  metadata: {
    name: 'b',
    namespace,
    labels: { ...labels, app: 'agency-swarm-backend', 'app.kubernetes.io/version': release },
  },
})

it('lists every namespace that holds a suite, with version, pods and its newest backup', async () => {
  world.server.on('/api/v1/pods', list(backend('live', '2.4.0'), backend('staging', '2.5.0')))
  world.server.on('/api/v1/configmaps', list({ metadata: { name: 'c', namespace: 'asleep', labels } }))
  for (const namespace of ['live', 'staging', 'asleep'])
    world.server.on(`/api/v1/namespaces/${namespace}/pods`, json({ kind: 'PodList', apiVersion: 'v1', items: [] }))
  await write('own')
  const clusters = await world.start()
  const { cluster } = await looked(clusters, 'context:own')
  world.backups.set(`${cluster} live`, { at: 5, state: 'verified' })
  clusters.backupsChanged({ cluster, namespace: 'live' })
  await until(() => clusters.list().clusters[0]?.suites[1]?.lastBackup !== undefined, 'the newest backup')
  expect(clusters.list().clusters[0]).toMatchObject({
    suitesSeen: 'all',
    suites: [
      { namespace: 'asleep', version: undefined, pods: { ready: 0, total: 0 } },
      { namespace: 'live', version: '2.4.0', lastBackup: { at: 5, state: 'verified' } },
      { namespace: 'staging', version: '2.5.0', lastBackup: undefined },
    ],
  })
})

it('says that it saw only some namespaces where not all may be read, and that it saw none where it failed', async () => {
  world.server.on('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', (request, response, socket) => {
    const { spec } = JSON.parse(request.body) as { spec: { resourceAttributes: { namespace?: string; verb: string } } }
    const allowed = spec.resourceAttributes.namespace !== undefined
    return json({ status: { allowed } })(request, response, socket)
  })
  world.server.on('/api/v1/namespaces/agency-swarm/pods', list(backend('agency-swarm', '2.4.0')))
  world.server.on('/api/v1/namespaces/agency-swarm/configmaps', list())
  await write('own')
  const clusters = await world.start()
  await looked(clusters, 'context:own')
  expect(clusters.list().clusters[0]).toMatchObject({ suitesSeen: 'some', suites: [{ namespace: 'agency-swarm' }] })
  expect(world.server.requestsTo('/api/v1/pods')).toHaveLength(0)
  world.server.on('/api/v1/namespaces/agency-swarm/configmaps', status(500, 'InternalError'))
  await clusters.check('context:own')
  expect(clusters.list().clusters[0]).toMatchObject({ suitesSeen: 'failed', suites: [] })
})
