import { afterEach, beforeEach, expect, test } from 'vitest'
import { timestamp } from './loop/clock.ts'
import { workload } from './testing/manifests.ts'
import { TestCluster } from './testing/testCluster.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start()
})
afterEach(async () => {
  await cluster.stop()
  expect(cluster.errors).toEqual([])
})

const status = (): Record<string, unknown> | undefined => cluster.get('poddisruptionbudgets.policy', 'web')?.status
const create = (fields: Record<string, unknown>): unknown =>
  cluster.create('poddisruptionbudgets.policy', {
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, ...fields },
  })

test.each([
  [{ minAvailable: 3 }, 1, 3],
  [{ minAvailable: '50%' }, 2, 2],
  [{ maxUnavailable: 1 }, 1, 3],
  [{ maxUnavailable: '30%' }, 2, 2],
  [{ minAvailable: 9 }, 0, 9],
])('of 4 healthy pods a budget of %j allows %i to be evicted', async (fields, disruptionsAllowed, desiredHealthy) => {
  cluster.create('deployments.apps', workload('web', { replicas: 4 }))
  create(fields)
  await cluster.until(() => status()?.currentHealthy === 4)
  expect(status()).toMatchObject({ expectedPods: 4, disruptionsAllowed, desiredHealthy, observedGeneration: 1 })
})

test('a pod that is not ready, or about to be evicted, uses the budget up', async () => {
  cluster.create('deployments.apps', workload('web', { replicas: 4 }))
  create({ maxUnavailable: 1 })
  await cluster.until(() => status()?.disruptionsAllowed === 1)
  const name = cluster.pods()[0]?.metadata.name ?? ''
  const evict = { disruptedPods: { [name]: timestamp(cluster.clock.now()) } }
  cluster.store.update(
    'poddisruptionbudgets.policy',
    'default',
    'web',
    (object) => Object.assign(object.status ?? {}, evict),
    { subresource: 'status' },
  )
  await cluster.until(() => status()?.disruptionsAllowed === 0)
  // An eviction that never came is forgotten after two minutes.
  cluster.clock.advance(130_000)
  await cluster.until(() => status()?.disruptionsAllowed === 1)
  cluster.node.fate = (pod) => (pod.metadata.name === name ? 'unready' : 'ready')
  cluster.node.refresh()
  await cluster.until(() => status()?.disruptionsAllowed === 0 && status()?.currentHealthy === 3)
})
