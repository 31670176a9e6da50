import { afterAll, beforeAll, expect, it } from 'vitest'
import { startMisbehavingServer, type MisbehavingServer } from '../testing/misbehavingServer.ts'
import { connect, type ClusterConnection } from './index.ts'
import { podMetrics } from './podMetrics.ts'

let server: MisbehavingServer
let connection: ClusterConnection
beforeAll(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context())
})
afterAll(async () => {
  await connection.close()
  await server.stop()
})

const item = (name: string, containers: unknown) => ({
  metadata: { name, namespace: 'shop' },
  timestamp: '2026-12-01T00:00:00Z',
  containers,
})
const usage = (cpu: unknown, memory: unknown) => [{ name: 'main', usage: { cpu, memory } }]

it('one odd entry is not known, never zero, and the others are', async () => {
  const items = [
    item('sound', usage('250m', '64Mi')),
    item('numbers', usage(1, 1024)),
    item('nan', usage('NaN', '64Mi')),
    item('endless', usage('1e999', '64Mi')),
    item('negative', usage('-1', '64Mi')),
    item('empty', [{ name: 'main', usage: {} }]),
    item('null', [{ name: 'main', usage: null }]),
    item('partly', [...usage('1', '1Mi'), { name: 'sidecar', usage: {} }]),
    item('none', []),
    item('no-list', null),
    'text',
    null,
    {},
  ]
  const answer = JSON.stringify({ kind: 'PodMetricsList', items })
  server.on('/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods', (_request, response) => void response.end(answer))
  const found = await podMetrics(connection, 'shop')
  expect(found.map(({ pod, containers }) => [pod, containers[0]?.cpuCores, containers[0]?.memoryBytes])).toEqual([
    ['sound', 0.25, 64 * 2 ** 20],
    ['numbers', 1, 1024],
  ])
})
