import { afterEach, beforeEach, expect, test } from 'vitest'
import { conditionOf, isTrue } from '../conditions.ts'
import { podSpec } from '../testing/manifests.ts'
import { TestCluster } from '../testing/testCluster.ts'
import { formatIndexes, parseIndexes } from './indexes.ts'
import type { Job } from './kinds.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start()
  cluster.node.fate = () => 'succeeded'
})
afterEach(async () => {
  await cluster.stop()
  expect(cluster.errors).toEqual([])
})

const job = (): Job | undefined => cluster.get<Job>('jobs.batch', 'task')
const is = (type: string): boolean => isTrue(job()?.status?.conditions, type)
const create = (fields: Record<string, unknown> = {}): unknown =>
  cluster.create('jobs.batch', {
    kind: 'Job',
    metadata: { name: 'task' },
    spec: { template: { spec: podSpec({ restartPolicy: 'Never' }) }, ...fields },
  })

test('a Job completes when its pod succeeds, and its pods carry its uid', async () => {
  create()
  await cluster.until(() => is('Complete'))
  expect(job()?.status).toMatchObject({ succeeded: 1, ready: 0, uncountedTerminatedPods: {} })
  expect(job()?.status?.active).toBeUndefined()
  expect(job()?.status?.completionTime).toBeDefined()
  expect(is('SuccessCriteriaMet')).toBe(true)
  const [pod] = cluster.pods()
  expect(pod?.metadata.labels).toMatchObject({
    'batch.kubernetes.io/controller-uid': job()?.metadata.uid,
    'job-name': 'task',
  })
  expect(pod?.metadata.finalizers ?? []).toEqual([])
  expect(job()?.spec.selector?.matchLabels).toEqual({ 'batch.kubernetes.io/controller-uid': job()?.metadata.uid })
  expect(cluster.events('Completed')).toEqual(['Job completed'])
})

test('never more pods than the parallelism run, until the completions are reached', async () => {
  let most = 0
  cluster.node.fate = () => {
    most = Math.max(most, cluster.pods().filter((pod) => pod.status?.phase === 'Pending').length)
    return 'succeeded'
  }
  create({ completions: 7, parallelism: 2 })
  await cluster.until(() => is('Complete'))
  expect(job()?.status?.succeeded).toBe(7)
  expect(cluster.pods()).toHaveLength(7)
  expect(most).toBeLessThanOrEqual(2)
})

test('failures are retried with growing pauses until the back-off limit', async () => {
  cluster.node.fate = () => 'failed'
  create({ backoffLimit: 1 })
  await cluster.until(() => job()?.status?.failed === 1)
  await cluster.settle()
  expect(cluster.pods()).toHaveLength(1)
  cluster.clock.advance(11_000)
  await cluster.until(() => is('Failed'))
  expect(job()?.status?.failed).toBe(2)
  expect(conditionOf(job()?.status?.conditions, 'Failed')).toMatchObject({
    reason: 'BackoffLimitExceeded',
    message: 'Job has reached the specified backoff limit',
  })
  expect(cluster.events('BackoffLimitExceeded')).toHaveLength(1)
})

test('a Job past its deadline ends its pods and fails', async () => {
  cluster.node.fate = () => 'ready'
  create({ activeDeadlineSeconds: 60 })
  await cluster.until(() => job()?.status?.ready === 1)
  cluster.clock.advance(61_000)
  await cluster.until(() => is('Failed') && cluster.pods().length === 0)
  expect(conditionOf(job()?.status?.conditions, 'Failed')?.reason).toBe('DeadlineExceeded')
})

test('a finished Job and its pods go when their time to live is over', async () => {
  create({ ttlSecondsAfterFinished: 100 })
  await cluster.until(() => is('Complete'))
  await cluster.settle()
  expect(job()).toBeDefined()
  cluster.clock.advance(102_000)
  await cluster.until(() => job() === undefined && cluster.pods().length === 0)
})

test('a suspended Job has no pods, counts none as failed, and continues when resumed', async () => {
  cluster.node.fate = () => 'ready'
  create()
  await cluster.until(() => job()?.status?.active === 1)
  cluster.change('jobs.batch', 'task', (object) => Object.assign(object.spec ?? {}, { suspend: true }))
  await cluster.until(() => is('Suspended') && cluster.pods().length === 0)
  expect(job()?.status).not.toHaveProperty('startTime')
  cluster.node.fate = () => 'succeeded'
  cluster.change('jobs.batch', 'task', (object) => Object.assign(object.spec ?? {}, { suspend: false }))
  await cluster.until(() => is('Complete'))
  expect(job()?.status?.failed).toBeUndefined()
  expect(cluster.events('Suspended')).toHaveLength(1)
  expect(cluster.events('Resumed')).toHaveLength(1)
})

test('a pod that is deleted while it runs counts as failed once and is replaced', async () => {
  cluster.node.fate = () => 'ready'
  create()
  const pod = await cluster.until(() => cluster.pods().find((each) => each.status?.phase === 'Running'))
  cluster.store.delete('pods', 'default', pod.metadata.name)
  await cluster.until(() => job()?.status?.failed === 1 && job()?.status?.active === 1)
  expect(cluster.pods().map((each) => each.metadata.name)).not.toContain(pod.metadata.name)
})

test('an Indexed Job does every index once', async () => {
  create({ completionMode: 'Indexed', completions: 5, parallelism: 2 })
  await cluster.until(() => is('Complete'))
  expect(job()?.status).toMatchObject({ completedIndexes: '0-4', succeeded: 5 })
  const indexes = cluster.pods().map((pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index'])
  expect(indexes.sort()).toEqual(['0', '1', '2', '3', '4'])
})

test('a FailJob rule of the pod failure policy ends the Job at the first failure', async () => {
  cluster.node.fate = () => 'failed'
  create({ podFailurePolicy: { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [1] } }] } })
  await cluster.until(() => is('Failed'))
  expect(conditionOf(job()?.status?.conditions, 'Failed')).toMatchObject({ reason: 'PodFailurePolicy' })
  expect(conditionOf(job()?.status?.conditions, 'Failed')?.message).toMatch(
    /^Container main for pod default\/task-\w+ failed with exit code 1 matching FailJob rule at index 0$/,
  )
})

test('counts survive a crash of the controllers', async () => {
  create({ completions: 12, parallelism: 3 })
  await cluster.until(() => (job()?.status?.succeeded ?? 0) >= 3)
  await cluster.restart()
  cluster.node.fate = () => 'succeeded'
  cluster.node.refresh()
  await cluster.until(() => is('Complete'))
  expect(job()?.status?.succeeded).toBe(12)
})

test.each([
  ['', []],
  ['3', [3]],
  ['0,1', [0, 1]],
  ['0-4,7', [0, 1, 2, 3, 4, 7]],
])('completed indexes "%s" are written and read back', (text, indexes) => {
  expect(formatIndexes(new Set(indexes))).toBe(text)
  expect([...parseIndexes(text)]).toEqual(indexes)
})
