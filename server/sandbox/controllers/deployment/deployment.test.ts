import { afterEach, beforeEach, expect, test } from 'vitest'
import { conditionOf } from '../conditions.ts'
import type { Deployment, ReplicaSet } from '../kinds.ts'
import { podSpec, setImage, workload } from '../testing/manifests.ts'
import { TestCluster } from '../testing/testCluster.ts'
import { isComplete } from './status.ts'

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
const revision = (object: { metadata: { annotations?: Record<string, string> } } | undefined): string | undefined =>
  object?.metadata.annotations?.['deployment.kubernetes.io/revision']
const progress = (): string | undefined => conditionOf(deployment()?.status?.conditions, 'Progressing')?.reason
const isRolledOut = (): boolean => {
  const found = deployment()
  return found !== undefined && isComplete(found, found.status) && progress() === 'NewReplicaSetAvailable'
}
const update = (image: string): void => cluster.change('deployments.apps', 'web', setImage(image))
const change = (fields: Record<string, unknown>): void =>
  cluster.change('deployments.apps', 'web', (object) => Object.assign(object.spec ?? {}, fields))

test('a Deployment rolls out as revision 1 and reports itself complete and available', async () => {
  cluster.create('deployments.apps', workload('web'))
  await cluster.until(isRolledOut)
  expect(revision(deployment())).toBe('1')
  expect(deployment()?.status).toMatchObject({
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    unavailableReplicas: 0,
    observedGeneration: 1,
  })
  expect(conditionOf(deployment()?.status?.conditions, 'Available')).toMatchObject({
    status: 'True',
    reason: 'MinimumReplicasAvailable',
  })
  expect(cluster.events('ScalingReplicaSet')[0]).toMatch(/^Scaled up replica set web-\w+ from 0 to 3$/)
})

test('a rolling update never has fewer available pods or more pods than its bounds allow', async () => {
  cluster.create(
    'deployments.apps',
    workload('web', {
      replicas: 4,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    }),
  )
  await cluster.until(isRolledOut)
  const counts: { all: number; ready: number }[] = []
  const unsubscribe = cluster.store.watch('pods', () => {
    const pods = cluster.pods().filter((pod) => pod.metadata.deletionTimestamp === undefined)
    counts.push({
      all: pods.length,
      ready: pods.filter((pod) => conditionOf(pod.status?.conditions, 'Ready')?.status === 'True').length,
    })
  })
  update('sandbox/test:2')
  await cluster.until(() => revision(deployment()) === '2' && isRolledOut())
  unsubscribe()
  expect(Math.min(...counts.map(({ ready }) => ready))).toBeGreaterThanOrEqual(3)
  expect(Math.max(...counts.map(({ all }) => all))).toBeLessThanOrEqual(5)
  expect(cluster.pods().every((pod) => pod.spec.containers[0]?.image === 'sandbox/test:2')).toBe(true)
})

test('going back to an earlier template reuses its ReplicaSet under a new revision', async () => {
  cluster.create('deployments.apps', workload('web'))
  await cluster.until(isRolledOut)
  const [original] = sets()
  update('sandbox/test:2')
  await cluster.until(() => revision(deployment()) === '2' && isRolledOut())
  update('sandbox/test:1')
  await cluster.until(() => revision(deployment()) === '3' && isRolledOut())
  expect(sets()).toHaveLength(2)
  const again = sets().find((set) => set.metadata.uid === original?.metadata.uid)
  expect(revision(again)).toBe('3')
  expect(again?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1')
})

test('a rollout that stands still past its deadline says so, keeps the old pods and continues when it can', async () => {
  cluster.create('deployments.apps', workload('web', { progressDeadlineSeconds: 120 }))
  await cluster.until(isRolledOut)
  cluster.node.fate = (pod) => (pod.spec.containers[0]?.image === 'sandbox/test:2' ? 'unready' : 'ready')
  update('sandbox/test:2')
  await cluster.until(() => deployment()?.status?.updatedReplicas === 1 && progress() === 'ReplicaSetUpdated')
  cluster.clock.advance(130_000)
  await cluster.until(() => progress() === 'ProgressDeadlineExceeded')
  expect(deployment()?.status?.availableReplicas).toBe(3)
  cluster.node.fate = () => 'ready'
  cluster.node.refresh()
  await cluster.until(isRolledOut)
})

test('while paused a new template waits and the size still follows', async () => {
  cluster.create('deployments.apps', workload('web'))
  await cluster.until(isRolledOut)
  change({ paused: true })
  await cluster.until(() => progress() === 'DeploymentPaused')
  update('sandbox/test:2')
  change({ replicas: 5 })
  await cluster.until(() => deployment()?.status?.readyReplicas === 5)
  expect(sets()).toHaveLength(1)
  change({ paused: false })
  await cluster.until(() => revision(deployment()) === '2' && isRolledOut())
})

test('Recreate starts new pods only after the last old one is gone', async () => {
  cluster.create('deployments.apps', workload('web', { strategy: { type: 'Recreate' } }))
  await cluster.until(isRolledOut)
  cluster.node.isLingering = true
  update('sandbox/test:2')
  await cluster.until(() => cluster.pods().every((pod) => pod.metadata.deletionTimestamp !== undefined))
  await cluster.settle()
  expect(cluster.pods().every((pod) => pod.spec.containers[0]?.image === 'sandbox/test:1')).toBe(true)
  cluster.node.isLingering = false
  cluster.node.refresh()
  await cluster.until(() => revision(deployment()) === '2' && isRolledOut())
})

test('scaling in the middle of a rollout is shared between old and new in proportion', async () => {
  cluster.create(
    'deployments.apps',
    workload('web', {
      replicas: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
    }),
  )
  await cluster.until(isRolledOut)
  cluster.node.fate = (pod) => (pod.spec.containers[0]?.image === 'sandbox/test:2' ? 'unready' : 'ready')
  update('sandbox/test:2')
  await cluster.until(
    () =>
      sets()
        .map((set) => set.spec.replicas)
        .sort()
        .join() === '5,8',
  )
  change({ replicas: 15 })
  // The example of kubernetes.io/docs/concepts/workloads/controllers/deployment: 8 and 5 become 11 and 7.
  await cluster.until(
    () =>
      sets()
        .map((set) => set.spec.replicas)
        .sort()
        .join() === '11,7',
  )
})

test('revisions beyond the history limit are deleted, and the change cause goes to the ReplicaSet', async () => {
  const manifest = workload('web', { replicas: 1, revisionHistoryLimit: 1 })
  cluster.create('deployments.apps', manifest)
  await cluster.until(isRolledOut)
  for (const version of ['2', '3', '4']) {
    cluster.change('deployments.apps', 'web', (object) => {
      setImage(`sandbox/test:${version}`)(object)
      object.metadata.annotations = {
        ...object.metadata.annotations,
        'kubernetes.io/change-cause': `version ${version}`,
      }
    })
    await cluster.until(() => revision(deployment()) === version && isRolledOut())
  }
  await cluster.until(() => sets().length === 2)
  expect(
    sets()
      .map((set) => set.metadata.annotations?.['kubernetes.io/change-cause'])
      .sort(),
  ).toEqual(['version 3', 'version 4'])
})

test('a rollout that a crash interrupts is finished after the restart', async () => {
  cluster.create('deployments.apps', workload('web', { replicas: 6 }))
  await cluster.until(isRolledOut)
  cluster.node.fate = (pod) => (pod.spec.containers[0]?.image === 'sandbox/test:2' ? 'unready' : 'ready')
  update('sandbox/test:2')
  await cluster.until(() => (deployment()?.status?.updatedReplicas ?? 0) > 0)
  await cluster.restart()
  await cluster.until(() => revision(deployment()) === '2' && isRolledOut())
  expect(cluster.pods()).toHaveLength(6)
})

test('a namespace-wide quota that refuses pods shows as ReplicaFailure on the Deployment', async () => {
  cluster.create('resourcequotas', {
    kind: 'ResourceQuota',
    metadata: { name: 'small' },
    spec: { hard: { 'requests.cpu': '1' } },
  })
  const spec = podSpec({
    containers: [{ name: 'main', image: 'sandbox/test:1', resources: { requests: { cpu: '400m' } } }],
  })
  cluster.create('deployments.apps', workload('web', { template: { metadata: { labels: { app: 'web' } }, spec } }))
  await cluster.until(() => conditionOf(deployment()?.status?.conditions, 'ReplicaFailure')?.reason === 'FailedCreate')
  expect(conditionOf(deployment()?.status?.conditions, 'ReplicaFailure')?.message).toContain(
    'requested: requests.cpu=400m, used: requests.cpu=800m, limited: requests.cpu=1',
  )
})
