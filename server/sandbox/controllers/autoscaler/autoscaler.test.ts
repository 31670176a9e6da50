import { afterEach, beforeEach, expect, test } from 'vitest'
import { conditionOf, type Condition } from '../conditions.ts'
import type { Deployment } from '../kinds.ts'
import { podSpec, workload } from '../testing/manifests.ts'
import { TestCluster } from '../testing/testCluster.ts'
import type { Autoscaler } from './kinds.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start()
})
afterEach(async () => {
  await cluster.stop()
  expect(cluster.errors).toEqual([])
})

const autoscaler = (): Autoscaler | undefined => cluster.get<Autoscaler>('horizontalpodautoscalers.autoscaling', 'web')
const condition = (type: string): Condition | undefined => conditionOf(autoscaler()?.status?.conditions, type)
const deployment = (): Deployment | undefined => cluster.get<Deployment>('deployments.apps', 'web')
const replicas = (): number | undefined => deployment()?.spec.replicas
const spend = (cpuMilli: number, memoryMebibytes = 10): void => {
  cluster.usage = () => ({ cpuMilli, memoryBytes: memoryMebibytes * 2 ** 20 })
}

async function createWeb(size = 2, requests: Record<string, string> = { cpu: '100m', memory: '100Mi' }): Promise<void> {
  const spec = podSpec({ containers: [{ name: 'main', image: 'sandbox/test:1', resources: { requests } }] })
  cluster.create(
    'deployments.apps',
    workload('web', { replicas: size, template: { metadata: { labels: { app: 'web' } }, spec } }),
  )
  await cluster.until(() => deployment()?.status?.readyReplicas === size)
}

const autoscale = (fields: Record<string, unknown> = {}): unknown =>
  cluster.create('horizontalpodautoscalers.autoscaling', {
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      minReplicas: 1,
      maxReplicas: 6,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
      ...fields,
    },
  })

test('CPU above the target scales up, with its reason and the current use in the status', async () => {
  spend(100)
  await createWeb()
  autoscale()
  await cluster.until(() => replicas() === 4)
  expect(cluster.events('SuccessfulRescale')).toEqual([
    'New size: 4; reason: cpu resource utilization (percentage of request) above target',
  ])
  expect(autoscaler()?.status?.currentMetrics).toEqual([
    { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 100, averageValue: '100m' } } },
  ])
  expect(condition('AbleToScale')?.reason).toBe('SucceededRescale')
  expect(condition('ScalingActive')?.reason).toBe('ValidMetricFound')
})

test('the maximum holds, and the condition says that it does', async () => {
  spend(1000)
  await createWeb(3)
  autoscale()
  await cluster.until(() => replicas() === 6)
  expect(condition('ScalingLimited')).toMatchObject({ status: 'True', reason: 'TooManyReplicas' })
})

test('use within a tenth of the target changes nothing', async () => {
  spend(54)
  await createWeb()
  autoscale()
  await cluster.until(() => condition('ScalingLimited')?.reason === 'DesiredWithinRange')
  expect(replicas()).toBe(2)
  expect(condition('AbleToScale')?.reason).toBe('ReadyForNewScale')
})

test('scaling down waits until the use has been low for the whole window', async () => {
  spend(50)
  await createWeb(4)
  autoscale()
  await cluster.until(() => condition('ScalingActive')?.status === 'True')
  spend(5)
  cluster.clock.advance(16_000)
  await cluster.until(() => condition('AbleToScale')?.reason === 'ScaleDownStabilized')
  expect(replicas()).toBe(4)
  cluster.clock.advance(310_000)
  await cluster.until(() => replicas() === 1)
  expect(cluster.events('SuccessfulRescale')[0]).toBe('New size: 1; reason: All metrics below target')
})

test('of several metrics the one that wants most decides; memory by average value', async () => {
  spend(10, 300)
  await createWeb()
  const memory = {
    type: 'Resource',
    resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } },
  }
  const cpu = { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } }
  autoscale({ metrics: [cpu, memory] })
  await cluster.until(() => replicas() === 6)
  expect(autoscaler()?.status?.currentMetrics?.[1]).toEqual({
    type: 'Resource',
    resource: { name: 'memory', current: { averageValue: '300Mi' } },
  })
})

test('a workload scaled to 0 switches the autoscaler off until somebody scales it up', async () => {
  spend(100)
  await createWeb()
  cluster.change('deployments.apps', 'web', (object) => Object.assign(object.spec ?? {}, { replicas: 0 }))
  autoscale()
  await cluster.until(() => condition('ScalingActive')?.reason === 'ScalingDisabled')
  cluster.clock.advance(16_000)
  await cluster.settle()
  expect(replicas()).toBe(0)
  cluster.change('deployments.apps', 'web', (object) => Object.assign(object.spec ?? {}, { replicas: 1 }))
  await cluster.until(() => deployment()?.status?.readyReplicas === 1)
  cluster.clock.advance(16_000)
  await cluster.until(() => replicas() === 2)
})

test.each([
  ['no metrics', { cpu: '100m' }, undefined, /no metrics returned from resource metrics API/],
  ['no CPU request', {}, 100, /missing request for cpu in container main of Pod web-/],
])('with %s nothing is scaled and the condition says why', async (_name, requests, use, message) => {
  if (use !== undefined) spend(use)
  await createWeb(2, requests)
  autoscale()
  await cluster.until(() => condition('ScalingActive')?.reason === 'FailedGetResourceMetric')
  expect(condition('ScalingActive')?.message).toMatch(message)
  expect(replicas()).toBe(2)
})

test('a target that does not exist is told', async () => {
  autoscale({ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'nobody' } })
  await cluster.until(() => condition('AbleToScale')?.reason === 'FailedGetScale')
})

test('a scale-up policy limits how fast it grows', async () => {
  spend(1000)
  await createWeb(2)
  autoscale({ behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 60 }] } } })
  await cluster.until(() => replicas() === 3)
  expect(condition('ScalingLimited')?.reason).toBe('ScaleUpLimit')
  await cluster.until(() => deployment()?.status?.readyReplicas === 3)
  cluster.clock.advance(16_000)
  await cluster.settle()
  expect(replicas()).toBe(3)
  cluster.clock.advance(61_000)
  await cluster.until(() => replicas() === 4)
})
