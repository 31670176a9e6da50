import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { conditionOf } from './conditions.ts'
import type { ReplicaSet } from './kinds.ts'
import { controllerOf } from './objects.ts'
import { podSpec, workload } from './testing/manifests.ts'
import { TestCluster } from './testing/testCluster.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start()
})
afterEach(async () => {
  await cluster.stop()
  expect(cluster.errors).toEqual([])
})

const set = (name = 'web'): ReplicaSet | undefined => cluster.get<ReplicaSet>('replicasets.apps', name)

test('a ReplicaSet makes its pods, replaces a deleted one and reports what is ready', async () => {
  cluster.create('replicasets.apps', workload('web'))
  await cluster.until(() => set()?.status?.availableReplicas === 3)
  expect(set()?.status).toMatchObject({ replicas: 3, readyReplicas: 3, fullyLabeledReplicas: 3, observedGeneration: 1 })
  const [first] = cluster.pods()
  cluster.store.delete('pods', 'default', first?.metadata.name ?? '')
  await cluster.until(() => cluster.events('SuccessfulCreate').length === 4 && set()?.status?.readyReplicas === 3)
})

test('scaling down takes pods that are not ready before ready ones', async () => {
  cluster.node.fate = () =>
    cluster.pods().filter((pod) => pod.status?.phase === 'Running').length < 2 ? 'ready' : 'unready'
  cluster.create('replicasets.apps', workload('web', { replicas: 4 }))
  await cluster.until(() => cluster.pods().filter((pod) => pod.status?.phase === 'Running').length === 4)
  const ready = cluster.pods().filter((pod) => conditionOf(pod.status?.conditions, 'Ready')?.status === 'True')
  cluster.change('replicasets.apps', 'web', (object) => Object.assign(object.spec ?? {}, { replicas: ready.length }))
  await cluster.until(() => cluster.pods().length === ready.length)
  expect(
    cluster
      .pods()
      .map((pod) => pod.metadata.name)
      .sort(),
  ).toEqual(ready.map((pod) => pod.metadata.name).sort())
})

test('a pod that matches is adopted and one that no longer matches is released and replaced', async () => {
  cluster.create('pods', { kind: 'Pod', metadata: { name: 'orphan', labels: { app: 'web' } }, spec: podSpec() })
  cluster.create('replicasets.apps', workload('web', { replicas: 1 }))
  await cluster.until(() => set()?.status?.readyReplicas === 1)
  const adopted = cluster.pods().find((pod) => pod.metadata.name === 'orphan')
  expect(adopted && controllerOf(adopted)?.name).toBe('web')
  cluster.change('pods', 'orphan', (pod) => (pod.metadata.labels = { app: 'other' }))
  await cluster.until(() => cluster.pods({ app: 'web' }).length === 1)
  expect(cluster.get('pods', 'orphan')?.metadata.ownerReferences).toBeUndefined()
})

test('a quota stops pods with a FailedCreate event and a ReplicaFailure condition, and raising it lets them come', async () => {
  cluster.create('resourcequotas', { kind: 'ResourceQuota', metadata: { name: 'few' }, spec: { hard: { pods: '2' } } })
  cluster.create('replicasets.apps', workload('web'))
  await cluster.until(() => conditionOf(set()?.status?.conditions, 'ReplicaFailure')?.reason === 'FailedCreate')
  expect(cluster.events('FailedCreate')[0]).toMatch(
    /Error creating: pods "web-\w+" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2/,
  )
  await cluster.until(() =>
    isDeepStrictEqual(cluster.get('resourcequotas', 'few')?.status, { hard: { pods: '2' }, used: { pods: '2' } }),
  )
  // The back-off grows: tries without one would come so close together that the cluster would never settle.
  await cluster.settle()
  expect(cluster.events('FailedCreate').length).toBeLessThan(20)
  cluster.change('resourcequotas', 'few', (quota) => (quota.spec = { hard: { pods: '5' } }))
  await cluster.until(() => set()?.status?.readyReplicas === 3)
  expect(set()?.status?.conditions).toBeUndefined()
})

test('minReadySeconds keeps a ready pod unavailable until they have passed', async () => {
  cluster.create('replicasets.apps', workload('web', { replicas: 1, minReadySeconds: 600 }))
  await cluster.until(() => set()?.status?.readyReplicas === 1)
  await cluster.settle()
  expect(set()?.status?.availableReplicas).toBe(0)
  cluster.clock.advance(601_000)
  await cluster.until(() => set()?.status?.availableReplicas === 1)
})

test('stopping leaves no appointment behind', async () => {
  cluster.create('replicasets.apps', workload('web', { minReadySeconds: 600 }))
  await cluster.until(() => set()?.status?.readyReplicas === 3 && cluster.clock.pending > 0)
  await cluster.stop()
  expect(cluster.clock.pending).toBe(0)
  cluster = await TestCluster.start()
})
