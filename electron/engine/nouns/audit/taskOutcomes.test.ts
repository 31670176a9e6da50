import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Task } from '#shared/contract/tasks.ts'
import { startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import { createEngine, type Engine } from '../../index.ts'
import { createObject, removeObject, type ClusterConnection } from '../../kube/index.ts'
import { connectTo } from '../../testing/connectTo.ts'
import { connectClient, type EngineClient } from '../../testing/client.ts'
import { testHost, type TestHost } from '../../testing/testHost.ts'
import { until } from '../../testing/until.ts'

const namespace = `audit-test-${process.pid}`
let cluster: TestCluster
let connection: ClusterConnection
let host: TestHost
let engine: Engine
let client: EngineClient
let close: () => void
let before: string | undefined
const scope = { context: '', namespace }

beforeAll(async () => {
  cluster = await startCluster()
  scope.context = `context:${cluster.context}`
  host = await testHost()
  before = process.env.KUBECONFIG
  process.env.KUBECONFIG = cluster.kubeconfigPath
  connection = connectTo(cluster)
  await createObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  engine = createEngine(host)
  const connected = connectClient(engine)
  client = connected.client
  close = () => connected.close()
})
afterAll(async () => {
  close()
  await engine.stop()
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: namespace })
  await connection.close()
  await cluster.stop()
  await host.remove()
  if (before === undefined) delete process.env.KUBECONFIG
  else process.env.KUBECONFIG = before
})

async function endOf(taskId: string): Promise<Task> {
  for await (const tasks of await client.tasks.watch()) {
    const ended = tasks.find((task) => task.id === taskId && task.state !== 'running')
    if (ended) return ended
  }
  throw new Error('the list of tasks ended')
}

it('says of a deployment which version and profile it brought, and how it ended', async () => {
  await client.clusters.check({ context: scope.context })
  const plan = await client.deploy.plan({ ...scope, profile: 'sandbox', version: '0.1.0', values: '' })
  const { taskId } = await client.deploy.apply({ ...scope, planId: plan.id, confirmation: { reason: 'first try' } })
  await client.tasks.cancel({ id: taskId })
  expect(await endOf(taskId)).toMatchObject({ state: 'cancelled' })
  const list = () => client.audit.list({ limit: 50 })
  await until(async () => (await list()).some(({ outcome }) => outcome === 'cancelled'), 'the entry of the outcome')
  const entries = await list()
  const find = (action: string, outcome: string) =>
    entries.find((entry) => entry.action === action && entry.outcome === outcome)
  expect(find('deploy.apply', 'started')?.details).toMatchObject({ planId: plan.id })
  expect(entries.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
    'deploy.apply cancelled',
    'tasks.cancel done',
    'tasks.cancel started',
    'deploy.apply started',
  ])
  expect(find('deploy.apply', 'cancelled')).toMatchObject({
    by: 'maya',
    summary: 'Deploy 0.1.0',
    effect: 'destructive',
    cluster: find('deploy.apply', 'started')?.cluster,
    namespace,
    details: {
      task: taskId,
      started: find('deploy.apply', 'started')?.sequence,
      result: { version: '0.1.0', profile: 'sandbox' },
    },
  })
  const verified = async () => {
    const { intact, checkpoints } = await client.audit.verify({ suites: [scope] })
    return { intact, states: checkpoints.map(({ state }) => state) }
  }
  await expect.poll(verified, { timeout: 30_000 }).toEqual({ intact: true, states: ['agrees', 'agrees'] })
})
