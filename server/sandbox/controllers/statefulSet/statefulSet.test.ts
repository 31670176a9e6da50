import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Claim, StatefulSet } from '../kinds.ts'
import { setImage, workload } from '../testing/manifests.ts'
import { TestCluster } from '../testing/testCluster.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start()
})
afterEach(async () => {
  await cluster.stop()
  expect(cluster.errors).toEqual([])
})

const set = (): StatefulSet | undefined => cluster.get<StatefulSet>('statefulsets.apps', 'db')
const names = (): string[] =>
  cluster
    .pods()
    .map((pod) => pod.metadata.name)
    .sort()
const image = (name: string): string | undefined =>
  cluster.pods().find((pod) => pod.metadata.name === name)?.spec.containers[0]?.image
const isSettled = (replicas: number): boolean => {
  const status = set()?.status
  return (
    status?.readyReplicas === replicas &&
    status.updatedReplicas === replicas &&
    status.currentRevision === status.updateRevision
  )
}
const claims = [
  { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
]
const change = (fields: Record<string, unknown>): void =>
  cluster.change('statefulsets.apps', 'db', (object) => Object.assign(object.spec ?? {}, fields))

test('pods come one after the other, each with its name, hostname and bound claim', async () => {
  cluster.node.fate = () => 'unready'
  cluster.create('statefulsets.apps', workload('db', { serviceName: 'db', volumeClaimTemplates: claims }))
  await cluster.until(() => cluster.pods()[0]?.status?.phase === 'Running')
  await cluster.settle()
  expect(names()).toEqual(['db-0'])
  cluster.node.fate = () => 'ready'
  cluster.node.refresh()
  await cluster.until(() => isSettled(3))
  expect(names()).toEqual(['db-0', 'db-1', 'db-2'])
  const pod = cluster.pods().find((each) => each.metadata.name === 'db-1')
  expect(pod?.spec).toMatchObject({
    hostname: 'db-1',
    subdomain: 'db',
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-db-1' } }],
  })
  expect(pod?.metadata.labels).toMatchObject({
    'statefulset.kubernetes.io/pod-name': 'db-1',
    'apps.kubernetes.io/pod-index': '1',
  })
  expect(cluster.get<Claim>('persistentvolumeclaims', 'data-db-1')?.status?.phase).toBe('Bound')
})

test('scaling down removes the highest ordinal first and keeps its claim', async () => {
  cluster.create('statefulsets.apps', workload('db', { volumeClaimTemplates: claims }))
  await cluster.until(() => isSettled(3))
  cluster.node.isLingering = true
  change({ replicas: 1 })
  await cluster.until(() => cluster.pods().some((pod) => pod.metadata.deletionTimestamp !== undefined))
  await cluster.settle()
  const going = cluster.pods().filter((pod) => pod.metadata.deletionTimestamp !== undefined)
  expect(going.map((pod) => pod.metadata.name)).toEqual(['db-2'])
  cluster.node.isLingering = false
  cluster.node.refresh()
  await cluster.until(() => names().join() === 'db-0')
  expect(cluster.store.list('persistentvolumeclaims')).toHaveLength(3)
})

test('a rolling update goes from the highest ordinal down to the partition', async () => {
  cluster.create(
    'statefulsets.apps',
    workload('db', { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } } }),
  )
  await cluster.until(() => isSettled(3))
  cluster.change('statefulsets.apps', 'db', setImage('sandbox/test:2'))
  await cluster.until(
    () =>
      image('db-2') === 'sandbox/test:2' && set()?.status?.updatedReplicas === 1 && set()?.status?.readyReplicas === 3,
  )
  await cluster.settle()
  expect([image('db-0'), image('db-1')]).toEqual(['sandbox/test:1', 'sandbox/test:1'])
  expect(set()?.status?.currentRevision).not.toBe(set()?.status?.updateRevision)
  change({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 0 } } })
  await cluster.until(() => isSettled(3))
  expect(['db-0', 'db-1', 'db-2'].map(image)).toEqual(Array(3).fill('sandbox/test:2'))
})

test('an update whose first pod does not get ready stops there, and stays so after the template went back until that pod is deleted', async () => {
  cluster.create('statefulsets.apps', workload('db'))
  await cluster.until(() => isSettled(3))
  cluster.node.fate = (pod) => (pod.spec.containers[0]?.image === 'sandbox/broken:1' ? 'unready' : 'ready')
  cluster.change('statefulsets.apps', 'db', setImage('sandbox/broken:1'))
  await cluster.until(() => image('db-2') === 'sandbox/broken:1')
  cluster.change('statefulsets.apps', 'db', setImage('sandbox/test:1'))
  await cluster.settle()
  expect([image('db-1'), image('db-2')]).toEqual(['sandbox/test:1', 'sandbox/broken:1'])
  cluster.store.delete('pods', 'default', 'db-2')
  await cluster.until(() => isSettled(3))
  expect(image('db-2')).toBe('sandbox/test:1')
  expect(
    cluster.store
      .list('controllerrevisions.apps')
      .map((each) => each.revision)
      .sort(),
  ).toEqual([2, 3])
})

test('Parallel starts all pods at once', async () => {
  cluster.node.fate = () => 'unready'
  cluster.create('statefulsets.apps', workload('db', { podManagementPolicy: 'Parallel' }))
  await cluster.until(() => names().length === 3)
})

test('OnDelete changes a pod only when somebody deletes it', async () => {
  cluster.create('statefulsets.apps', workload('db', { updateStrategy: { type: 'OnDelete' } }))
  await cluster.until(() => set()?.status?.readyReplicas === 3)
  cluster.change('statefulsets.apps', 'db', setImage('sandbox/test:2'))
  await cluster.settle()
  expect(image('db-0')).toBe('sandbox/test:1')
  cluster.store.delete('pods', 'default', 'db-0')
  await cluster.until(() => image('db-0') === 'sandbox/test:2' && set()?.status?.readyReplicas === 3)
  expect(image('db-1')).toBe('sandbox/test:1')
})

test('a pod that failed is deleted and made again', async () => {
  let failures = 0
  cluster.node.fate = () => (failures++ === 0 ? 'failed' : 'ready')
  cluster.create('statefulsets.apps', workload('db', { replicas: 1 }))
  await cluster.until(() => isSettled(1))
  expect(cluster.events('RecreatingFailedPod')).toEqual(['StatefulSet default/db is recreating failed Pod db-0'])
})

test('a DaemonSet keeps one pod on the node and replaces it on update', async () => {
  cluster.create('daemonsets.apps', workload('agent', { replicas: undefined }))
  const status = (): Record<string, unknown> | undefined => cluster.get('daemonsets.apps', 'agent')?.status
  await cluster.until(() => status()?.numberAvailable === 1)
  cluster.change('daemonsets.apps', 'agent', setImage('sandbox/test:2'))
  await cluster.until(
    () => cluster.pods()[0]?.spec.containers[0]?.image === 'sandbox/test:2' && status()?.numberAvailable === 1,
  )
  await cluster.until(() => status()?.updatedNumberScheduled === 1)
  expect(status()).toMatchObject({
    desiredNumberScheduled: 1,
    currentNumberScheduled: 1,
    numberReady: 1,
    numberUnavailable: 0,
    numberMisscheduled: 0,
  })
})
