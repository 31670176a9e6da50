import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { ClusterRow, ContextRow } from '#shared/contract/clusters.ts'
import { startSandbox, type TestCluster } from '#shared/testing/cluster.ts'
import { createEngine, type Engine } from '../../index.ts'
import { connectClient, type EngineClient } from '../../testing/client.ts'
import { testHost, type TestHost } from '../../testing/testHost.ts'
import { writeEarlierVersion } from './testing/earlierVersion.ts'
import { startForwarder, type Forwarder } from './testing/forwarder.ts'
import { writeWays } from './testing/kubeconfigOf.ts'

const patient = 180_000
const before = process.env.KUBECONFIG
let first: TestCluster
let second: TestCluster
let tunnel: Forwarder
let host: TestHost
let engine: Engine
let client: EngineClient
let closeClient: () => void

beforeAll(async () => {
  ;[first, second] = await Promise.all([startSandbox(), startSandbox()])
  tunnel = await startForwarder(first.server)
}, patient)
afterAll(async () => {
  await tunnel.stop()
  await Promise.all([first.stop(), second.stop()])
}, patient)

beforeEach(async () => {
  host = await testHost()
  process.env.KUBECONFIG = join(host.dataDirectory, 'kubeconfig')
  tunnel.switchTo(first.server)
})
afterEach(async () => {
  await stop()
  await host.remove()
  if (before === undefined) delete process.env.KUBECONFIG
  else process.env.KUBECONFIG = before
})

function start(): void {
  engine = createEngine(host)
  const connected = connectClient(engine)
  client = connected.client
  closeClient = () => connected.close()
}
async function stop(): Promise<void> {
  closeClient()
  await engine.stop()
}
interface Rows {
  contexts: ContextRow[]
  clusters: ClusterRow[]
}
async function rows(): Promise<Rows> {
  for await (const list of await client.clusters.watch(undefined, { signal: AbortSignal.timeout(30_000) })) {
    const isOwn = ({ id }: { id: string }) => id !== 'sandbox'
    return { contexts: list.contexts.filter(isOwn), clusters: list.clusters.filter(isOwn) }
  }
  throw new Error('no list')
}
async function kept(context: string) {
  const scope = { context, namespace: 'agency-swarm' }
  for await (const list of await client.backups.watch(scope, { signal: AbortSignal.timeout(30_000) })) return list
  throw new Error('no list')
}
const threeWays = () =>
  writeWays(process.env.KUBECONFIG ?? '', [
    { name: 'prod-eu-1', of: first.kubeconfigPath, user: 'sandbox-admin' },
    { name: 'reader', of: first.kubeconfigPath, user: 'sandbox-viewer' },
    { name: 'bastion', of: first.kubeconfigPath, user: 'sandbox-admin', server: tunnel.server },
  ])
const backupOf = (minute: number) => `20251124T10${String(minute).padStart(2, '0')}00000Z-abcd`

it(
  'one cluster by an alias, another user and a tunnel is one cluster with one set of backups and one environment',
  { timeout: patient },
  async () => {
    await writeEarlierVersion(host.dataDirectory, [
      { cluster: 'context:prod-eu-1', namespace: 'agency-swarm', backupId: backupOf(1), restoreId: backupOf(2) },
      { cluster: 'context:bastion', namespace: 'agency-swarm', backupId: backupOf(3), environment: 'edge' },
    ])
    await threeWays()
    start()
    // Nothing was asked yet, and nothing of what the earlier version kept is missing.
    expect((await kept('context:prod-eu-1')).backups.map(({ id }) => id)).toEqual([backupOf(1)])
    expect((await kept('context:bastion')).backups.map(({ id }) => id)).toEqual([backupOf(3)])
    await client.clusters.check({})
    const { contexts, clusters } = await rows()
    expect(clusters).toMatchObject([{ identity: 'uid', name: 'prod-eu-1', contexts: expect.any(Array) as unknown }])
    expect([...(clusters[0]?.contexts ?? [])].sort()).toEqual([
      'context:bastion',
      'context:prod-eu-1',
      'context:reader',
    ])
    expect(new Set(contexts.map(({ cluster }) => cluster))).toEqual(new Set([clusters[0]?.id]))
    expect(clusters[0]?.id).toMatch(/^uid:/)
    for (const { id } of contexts) {
      const { backups, restores } = await kept(id)
      expect(backups.map((backup) => [backup.id, backup.state])).toEqual([
        [backupOf(3), 'intact'],
        [backupOf(1), 'intact'],
      ])
      expect(restores.map((restore) => [restore.id, restore.state])).toEqual([[backupOf(2), 'done']])
    }
    // One of them was marked as edge, another one is production by its name: finding that they are one lowers nothing.
    expect(contexts.map(({ environment }) => environment)).toEqual(['production', 'production', 'production'])
    expect(clusters[0]?.formerIds).toEqual(expect.arrayContaining(['context:prod-eu-1', 'context:bastion']))
    const moves = (await client.audit.list({ limit: 50 })).filter(({ action }) => action === 'clusters.identify')
    expect(moves.length).toBeGreaterThan(0)
    expect(moves.every(({ outcome }) => outcome === 'done')).toBe(true)
  },
)

it('what was learnt is known before the cluster can be reached again', { timeout: patient }, async () => {
  await threeWays()
  start()
  await client.clusters.check({})
  const [cluster] = (await rows()).clusters
  await stop()
  const state = process.env.KUBECONFIG ?? ''
  tunnel.switchTo('https://127.0.0.1:9')
  await writeWays(state, [{ name: 'bastion', of: first.kubeconfigPath, user: 'sandbox-admin', server: tunnel.server }])
  start()
  const known = await rows()
  expect(known.clusters).toMatchObject([{ id: cluster?.id, identity: 'uid', contexts: ['context:bastion'] }])
  expect(known.contexts).toMatchObject([{ role: 'administrator' }])
})

it('two clusters behind one address stay two, whichever of them it leads to', { timeout: patient }, async () => {
  await writeEarlierVersion(host.dataDirectory, [
    { cluster: 'context:one', namespace: 'agency-swarm', backupId: backupOf(1), environment: 'production' },
    { cluster: 'context:two', namespace: 'agency-swarm', backupId: backupOf(2), environment: 'staging' },
  ])
  await writeWays(process.env.KUBECONFIG ?? '', [
    { name: 'one', of: first.kubeconfigPath, user: 'sandbox-admin', server: tunnel.server },
    { name: 'two', of: second.kubeconfigPath, user: 'sandbox-admin', server: tunnel.server },
  ])
  start()
  await client.clusters.check({})
  tunnel.switchTo(second.server)
  await client.clusters.check({})
  const { contexts, clusters } = await rows()
  expect(clusters.map(({ contexts: ways, identity, environment }) => [ways, identity, environment])).toEqual([
    [['context:one'], 'uid', 'production'],
    [['context:two'], 'uid', 'staging'],
  ])
  expect(new Set(contexts.map(({ server }) => server)).size).toBe(1)
  expect((await kept('context:one')).backups.map(({ id }) => id)).toEqual([backupOf(1)])
  expect((await kept('context:two')).backups.map(({ id }) => id)).toEqual([backupOf(2)])
})
