import { afterEach, beforeEach, expect, it } from 'vitest'
import { connect, type ClusterConnection } from '../../kube/index.ts'
import { json, startMisbehavingServer, status, type MisbehavingServer } from '../../testing/misbehavingServer.ts'
import { Metrics, type MetricsBatch } from './history.ts'
import { sameCluster } from '../../testing/sameCluster.ts'

const scope = { context: 'sandbox', namespace: 'agency-swarm' }
const path = '/apis/metrics.k8s.io/v1beta1/namespaces/agency-swarm/pods'
let server: MisbehavingServer
let connection: ClusterConnection
let metrics: Metrics
beforeEach(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context())
  metrics = new Metrics({
    host: { now: () => Date.now() },
    directory: {
      ...sameCluster,
      facts: () => ({ name: 'sandbox', environment: 'sandbox', role: 'administrator' }),
      connection: () => Promise.resolve(connection),
    },
  })
})
afterEach(async () => {
  metrics.stop()
  await connection.close()
  await server.stop()
})

const sampled = (timestamp: string, cpu: string) =>
  json({
    kind: 'PodMetricsList',
    items: [
      {
        metadata: { name: 'backend', namespace: 'shop' },
        timestamp,
        window: '10s',
        containers: [
          { name: 'main', usage: { cpu, memory: '64Mi' } },
          { name: 'sidecar', usage: { cpu: '50m', memory: '16Mi' } },
        ],
      },
    ],
  })
const [first, second] = [Date.now() - 5_000, Date.now()].map((at) =>
  new Date(Math.floor(at / 1000) * 1000).toISOString(),
)
const sample = (timestamp: string | undefined, cpu: number) => ({
  at: Date.parse(timestamp ?? ''),
  cpu,
  memory: 80 * 2 ** 20,
})
const read = async (batches: ReturnType<Metrics['watch']>) => (await batches.next()).value as MetricsBatch | undefined

it('adds up the containers of a pod, and gives a later reader the whole history', async () => {
  server.on(path, sampled(first ?? '', '200m'), sampled(second ?? '', '450m'))
  const batches = metrics.watch(scope)
  await read(batches)
  expect(await read(batches)).toMatchObject({ unavailable: null, pods: { backend: [sample(first, 0.25)] } })
  expect(await read(batches)).toMatchObject({ pods: { backend: [sample(second, 0.5)] } })
  const late = metrics.watch(scope)
  expect(await read(late)).toMatchObject({ pods: { backend: [sample(first, 0.25), sample(second, 0.5)] } })
  await Promise.all([batches.return(undefined), late.return(undefined)])
})

it('takes a sample that the cluster repeats once', async () => {
  server.on(path, sampled(first ?? '', '200m'))
  const batches = metrics.watch(scope)
  await read(batches)
  expect((await read(batches))?.pods).toHaveProperty('backend')
  expect((await read(batches))?.pods).toEqual({})
  await batches.return(undefined)
})

it('polls once for all readers', async () => {
  server.on(path, sampled(first ?? '', '200m'))
  const readers = [metrics.watch(scope), metrics.watch(scope), metrics.watch(scope)]
  await Promise.all(readers.map(read))
  await Promise.all(readers.map(read))
  expect(server.requestsTo(path)).toHaveLength(1)
  await Promise.all(readers.map((reader) => reader.return(undefined)))
})

it.each([
  ['missing', 404, 'METRICS_ABSENT'],
  ['not ready', 503, 'METRICS_NOT_READY'],
  ['forbidden', 403, 'METRICS_FORBIDDEN'],
])('says why there is nothing: %s', async (_case, code, expected) => {
  server.on(path, status(code, 'Whatever'))
  const batches = metrics.watch(scope)
  await read(batches)
  const batch = await read(batches)
  expect(batch?.unavailable?.code).toBe(expected)
  expect(batch?.unavailable?.message).not.toBe('')
  await batches.return(undefined)
})
