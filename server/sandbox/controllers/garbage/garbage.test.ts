import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Deployment, ReplicaSet } from '../kinds.ts'
import { podSpec, workload } from '../testing/manifests.ts'
import { TestCluster } from '../testing/testCluster.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start()
})
afterEach(async () => {
  await cluster.stop()
  expect(cluster.errors).toEqual([])
})

const deployment = (): Deployment | undefined => cluster.get<Deployment>('deployments.apps', 'web')
const sets = (): ReplicaSet[] => cluster.store.list<ReplicaSet>('replicasets.apps')
const remove = (propagationPolicy: 'Background' | 'Foreground' | 'Orphan'): unknown =>
  cluster.store.delete('deployments.apps', 'default', 'web', { propagationPolicy })

async function rollOut(): Promise<void> {
  cluster.create('deployments.apps', workload('web'))
  await cluster.until(() => deployment()?.status?.readyReplicas === 3)
}

test('background deletion removes the Deployment at once and everything below it after', async () => {
  await rollOut()
  remove('Background')
  expect(deployment()).toBeUndefined()
  await cluster.until(() => sets().length === 0 && cluster.pods().length === 0)
})

test('foreground deletion keeps the Deployment until the last pod is gone', async () => {
  await rollOut()
  cluster.node.isLingering = true
  remove('Foreground')
  await cluster.until(() => cluster.pods().every((pod) => pod.metadata.deletionTimestamp !== undefined))
  await cluster.settle()
  expect(deployment()?.metadata.finalizers).toEqual(['foregroundDeletion'])
  expect(sets()).toHaveLength(1)
  expect(cluster.pods()).toHaveLength(3)
  cluster.node.isLingering = false
  cluster.node.refresh()
  await cluster.until(() => deployment() === undefined)
  expect([sets(), cluster.pods()]).toEqual([[], []])
})

test('orphaning leaves the ReplicaSet and its pods running, and a new Deployment adopts them', async () => {
  await rollOut()
  const before = cluster
    .pods()
    .map((pod) => pod.metadata.uid)
    .sort()
  remove('Orphan')
  await cluster.until(() => deployment() === undefined)
  await cluster.settle()
  expect(sets()[0]?.metadata.ownerReferences).toBeUndefined()
  await rollOut()
  expect(
    cluster
      .pods()
      .map((pod) => pod.metadata.uid)
      .sort(),
  ).toEqual(before)
  expect(sets()[0]?.metadata.ownerReferences?.[0]?.uid).toBe(deployment()?.metadata.uid)
})

test('an object with two owners goes with the last one', async () => {
  const owners = ['one', 'two'].map((name) => {
    const { kind, metadata } = cluster.create('configmaps', { kind: 'ConfigMap', metadata: { name } })
    return { apiVersion: 'v1', kind, name, uid: metadata.uid }
  })
  cluster.create('secrets', { kind: 'Secret', metadata: { name: 'shared', ownerReferences: owners } })
  await cluster.settle()
  cluster.store.delete('configmaps', 'default', 'one')
  await cluster.until(() => cluster.get('secrets', 'shared')?.metadata.ownerReferences?.length === 1)
  cluster.store.delete('configmaps', 'default', 'two')
  await cluster.until(() => cluster.get('secrets', 'shared') === undefined)
})

test('an owner that was replaced by another of the same name is gone; one of an unknown kind is left alone', async () => {
  cluster.create('configmaps', { kind: 'ConfigMap', metadata: { name: 'owner' } })
  const reference = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'of-the-one-before' }
  cluster.create('secrets', { kind: 'Secret', metadata: { name: 'left-over', ownerReferences: [reference] } })
  const foreign = { apiVersion: 'example.com/v1', kind: 'Thing', name: 'owner', uid: 'unknown' }
  cluster.create('secrets', { kind: 'Secret', metadata: { name: 'foreign', ownerReferences: [foreign] } })
  await cluster.until(() => cluster.get('secrets', 'left-over') === undefined)
  await cluster.settle()
  expect(cluster.get('secrets', 'foreign')).toBeDefined()
})

test('a foreground deletion that a crash interrupts is finished after the restart', async () => {
  await rollOut()
  cluster.node.isLingering = true
  remove('Foreground')
  await cluster.until(() => cluster.pods().every((pod) => pod.metadata.deletionTimestamp !== undefined))
  await cluster.restart()
  await cluster.until(() => deployment() === undefined && cluster.pods().length === 0)
})

test.each(['Background', 'Foreground', 'Orphan'] as const)(
  'a running Job can be deleted: %s',
  async (propagationPolicy) => {
    const spec = { template: { spec: podSpec({ restartPolicy: 'Never' }) } }
    cluster.create('jobs.batch', { kind: 'Job', metadata: { name: 'task' }, spec })
    await cluster.until(() => cluster.pods()[0]?.status?.phase === 'Running')
    cluster.store.delete('jobs.batch', 'default', 'task', { propagationPolicy })
    await cluster.until(() => cluster.get('jobs.batch', 'task') === undefined)
    if (propagationPolicy === 'Orphan') {
      await cluster.settle()
      expect(cluster.pods()[0]?.metadata).not.toHaveProperty('ownerReferences')
    } else await cluster.until(() => cluster.pods().length === 0)
  },
)
