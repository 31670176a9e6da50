import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { clusterFolder } from '../../storage/suiteFolder.ts'
import { json, status } from '../../testing/misbehavingServer.ts'
import { writeKubeconfig } from '../../testing/kubeconfig.ts'
import { until } from '../../testing/until.ts'
import type { Clusters } from './clusters.ts'
import { looked, rowOf, testConsole, type TestConsole } from './testing/console.ts'

let world: TestConsole
beforeEach(async () => {
  world = await testConsole()
})
afterEach(() => world.stop())

const user = { token: 'abc' }
const write = (...entries: Parameters<typeof writeKubeconfig>[2]) =>
  writeKubeconfig(world.kubeconfig, world.server, entries)
const kubeSystem = '/api/v1/namespaces/kube-system'
const hasUid = (uid: string) =>
  world.server.on(kubeSystem, json({ kind: 'Namespace', metadata: { name: 'kube-system', uid } }))
const clusterOf = (clusters: Clusters, context: string) => rowOf(clusters, context).cluster
const backups = () => join(world.host.dataDirectory, 'backups')
async function keep(cluster: string, namespace: string, ...names: string[]): Promise<void> {
  const folder = join(clusterFolder(backups(), cluster), namespace)
  await mkdir(folder, { recursive: true })
  for (const name of names) await writeFile(join(folder, name), cluster)
}
const keptOf = (cluster: string, namespace: string) => readdir(join(clusterFolder(backups(), cluster), namespace))

it('is the authority and the server until the uid may be read, and then the uid with all that was kept', async () => {
  world.server.on(kubeSystem, status(403, 'Forbidden'))
  await write({ context: 'own', user })
  const clusters = await world.start()
  await looked(clusters, 'context:own')
  const certificate = clusterOf(clusters, 'context:own')
  expect(certificate).toMatch(/^certificate:/)
  expect(clusters.list().clusters).toMatchObject([{ identity: 'certificate' }, { id: 'sandbox' }])
  await clusters.setEnvironment('context:own', 'staging')
  await keep(certificate, 'suite', 'a')
  hasUid('u1')
  await clusters.check('context:own')
  expect(clusterOf(clusters, 'context:own')).toBe('uid:u1')
  expect(rowOf(clusters, 'context:own').environment).toBe('staging')
  expect(await keptOf('uid:u1', 'suite')).toEqual(['a'])
  expect(clusters.isSameCluster(certificate, 'uid:u1')).toBe(true)
  expect(clusters.isSameCluster('context:own', 'uid:u1')).toBe(true)
  expect(clusters.contextTo(certificate)).toBe('context:own')
})

it('a context that may not read the uid is joined by another one with the same authority and server', async () => {
  const token = (wanted: string) => (headers: Record<string, unknown>) => headers.authorization === `Bearer ${wanted}`
  const isAdmin = token('admin')
  world.server.on(kubeSystem, (request, response, socket) =>
    isAdmin(request.headers)
      ? json({ kind: 'Namespace', metadata: { uid: 'u1' } })(request, response, socket)
      : status(403, 'Forbidden')(request, response, socket),
  )
  await write({ context: 'viewer', user: { token: 'viewer' } }, { context: 'admin', user: { token: 'admin' } })
  const clusters = await world.start()
  await Promise.all(['context:viewer', 'context:admin'].map((id) => looked(clusters, id)))
  expect(['context:viewer', 'context:admin'].map((id) => clusterOf(clusters, id))).toEqual(['uid:u1', 'uid:u1'])
  expect(clusters.list().clusters.filter(({ id }) => id !== 'sandbox')).toHaveLength(1)
})

it('an authority and address that two clusters share lead to neither of them', async () => {
  hasUid('u1')
  await write({ context: 'first', user })
  const clusters = await world.start()
  await looked(clusters, 'context:first')
  hasUid('u2')
  await clusters.check('context:first')
  expect(clusterOf(clusters, 'context:first')).toBe('uid:u2')
  expect(clusters.isSameCluster('uid:u1', 'uid:u2')).toBe(false)
  world.server.on(kubeSystem, status(403, 'Forbidden'))
  await write({ context: 'first', user }, { context: 'blind', user: { token: 'other' } })
  clusters.reload()
  await looked(clusters, 'context:blind')
  expect(clusterOf(clusters, 'context:blind')).toMatch(/^certificate:/)
  const changes = (await world.audit.list(50)).filter(({ summary }) => summary.includes('another cluster'))
  expect(changes).toMatchObject([{ details: { context: 'first', before: 'uid:u1', now: 'uid:u2' } }])
})

it('joins two folders entry by entry, overwrites nothing, and writes down what it did', async () => {
  await keep('uid:u1', 'suite', 'both', 'new')
  await keep('context:own', 'suite', 'both', 'old')
  await keep('context:own', 'other', 'x')
  world.server.on(kubeSystem, status(403, 'Forbidden'))
  await write({ context: 'own', user })
  const clusters = await world.start()
  await looked(clusters, 'context:own')
  const certificate = clusterOf(clusters, 'context:own')
  hasUid('u1')
  await clusters.check('context:own')
  expect((await keptOf('uid:u1', 'suite')).sort()).toEqual(['both', 'new', 'old'])
  expect(await keptOf('uid:u1', 'other')).toEqual(['x'])
  expect(await keptOf(certificate, 'suite')).toEqual(['both'])
  const [newest] = (await world.audit.list(50)).filter(({ action }) => action === 'clusters.identify')
  expect(newest).toMatchObject({ cluster: 'uid:u1', outcome: 'done', details: { from: certificate, to: 'uid:u1' } })
  expect(JSON.stringify(newest?.details)).toContain('suite/both')
})

it('moves nothing while work is under way: the former id stays until it has ended', async () => {
  world.server.on(kubeSystem, status(403, 'Forbidden'))
  await write({ context: 'own', user })
  const clusters = await world.start()
  await looked(clusters, 'context:own')
  const certificate = clusterOf(clusters, 'context:own')
  await keep(certificate, 'suite', 'a')
  world.busy.add(certificate)
  hasUid('u1')
  await clusters.check('context:own')
  expect(clusters.suiteOf({ context: 'context:own', namespace: 'suite' }).cluster).toBe(certificate)
  expect(await keptOf(certificate, 'suite')).toEqual(['a'])
  world.busy.clear()
  await clusters.check('context:own')
  expect(clusterOf(clusters, 'context:own')).toBe('uid:u1')
  expect(await keptOf('uid:u1', 'suite')).toEqual(['a'])
})

it('an address proves nothing where no certificate is checked', async () => {
  world.server.on(kubeSystem, status(403, 'Forbidden'))
  await writeFile(
    world.kubeconfig,
    JSON.stringify({
      clusters: ['a', 'b'].map((name) => ({
        name,
        cluster: { server: world.server.url, 'insecure-skip-tls-verify': true },
      })),
      users: [{ name: 'u', user }],
      contexts: ['a', 'b'].map((name) => ({ name, context: { cluster: name, user: 'u' } })),
    }),
  )
  const clusters = await world.start()
  await Promise.all(['context:a', 'context:b'].map((id) => looked(clusters, id)))
  expect(clusterOf(clusters, 'context:a')).not.toBe(clusterOf(clusters, 'context:b'))
})

it('a cluster is reached by the context that works, with the highest role, used last', async () => {
  hasUid('u1')
  const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  world.server.on(reviews, (request, response, socket) =>
    json({ status: { allowed: request.headers.authorization !== 'Bearer viewer' } })(request, response, socket),
  )
  const gone = 'https://127.0.0.1:9'
  await write(
    { context: 'viewer', user: { token: 'viewer' } },
    { context: 'admin', user: { token: 'admin' } },
    { context: 'second', user: { token: 'second' } },
    { context: 'gone', user, server: gone },
  )
  const clusters = await world.start()
  await Promise.all(['viewer', 'admin', 'second', 'gone'].map((name) => looked(clusters, `context:${name}`)))
  expect(clusters.contextTo('uid:u1')).toBe('context:admin')
  await clusters.connection('context:second')
  await until(() => clusters.contextTo('uid:u1') === 'context:second', 'the context used last')
  expect(() => clusters.contextTo('uid:unknown')).toThrow(/no longer in any kubeconfig/)
})
