import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KubeObject } from '../../store/types.ts'
import { podSpec } from '../testing/manifests.ts'
import { TestCluster } from '../testing/testCluster.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start()
})
afterEach(async () => {
  await cluster.stop()
  expect(cluster.errors).toEqual([])
})

interface Endpoint {
  addresses: string[]
  conditions: { ready: boolean; serving: boolean; terminating: boolean }
}
type Slice = KubeObject & { endpoints: Endpoint[]; ports: { name: string; port: number }[] }
type Endpoints = KubeObject & {
  subsets: { addresses?: { ip: string }[]; notReadyAddresses?: { ip: string }[]; ports: unknown[] }[]
}

const slices = (): Slice[] => cluster.store.list<Slice>('endpointslices.discovery.k8s.io')
const endpoints = (): Endpoints | undefined => cluster.get<Endpoints>('endpoints', 'web')
const service = (spec: Record<string, unknown> = {}): void => {
  const ports = [{ name: 'http', port: 80, targetPort: 'web', protocol: 'TCP' }]
  cluster.store.create('services', {
    apiVersion: '',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'default', labels: { team: 'a' } },
    spec: { selector: { app: 'web' }, ports, clusterIP: '127.200.0.1', ...spec },
  })
}
const pod = (name: string, containerPort = 8080): unknown =>
  cluster.create('pods', {
    kind: 'Pod',
    metadata: { name, labels: { app: 'web' } },
    spec: podSpec({ containers: [{ name: 'main', image: 'sandbox/test:1', ports: [{ name: 'web', containerPort }] }] }),
  })

test('ready pods are listed with the port their container names, others as not ready', async () => {
  cluster.node.fate = (each) => (each.metadata.name === 'slow' ? 'unready' : 'ready')
  service()
  pod('fast')
  pod('slow')
  await cluster.until(() => slices()[0]?.endpoints.length === 2)
  const [slice] = slices()
  expect(slices()).toHaveLength(1)
  expect(slice?.ports).toEqual([{ name: 'http', port: 8080, protocol: 'TCP' }])
  expect(slice?.endpoints.map(({ conditions }) => conditions.ready).sort()).toEqual([false, true])
  expect(slice?.metadata.labels).toMatchObject({ 'kubernetes.io/service-name': 'web', team: 'a' })
  expect(endpoints()?.subsets).toHaveLength(1)
  expect(endpoints()?.subsets[0]).toMatchObject({ ports: [{ name: 'http', port: 8080, protocol: 'TCP' }] })
  expect(endpoints()?.subsets[0]?.addresses).toHaveLength(1)
  expect(endpoints()?.subsets[0]?.notReadyAddresses).toHaveLength(1)
})

test('a pod on its way out is terminating and no longer ready, and then gone', async () => {
  service()
  pod('fast')
  await cluster.until(() => slices()[0]?.endpoints[0]?.conditions.ready)
  cluster.node.isLingering = true
  cluster.store.delete('pods', 'default', 'fast')
  await cluster.until(() => slices()[0]?.endpoints[0]?.conditions.terminating)
  expect(slices()[0]?.endpoints[0]?.conditions).toEqual({ ready: false, serving: true, terminating: true })
  expect(endpoints()?.subsets).toEqual([])
  cluster.node.isLingering = false
  cluster.node.refresh()
  await cluster.until(() => slices()[0]?.endpoints.length === 0)
})

test('pods that name different ports get slices of their own', async () => {
  service()
  pod('old', 8080)
  pod('new', 9090)
  await cluster.until(() => slices().length === 2)
  expect(
    slices()
      .map((slice) => slice.ports[0]?.port)
      .sort(),
  ).toEqual([8080, 9090])
})

test('publishNotReadyAddresses lists every running pod as ready', async () => {
  cluster.node.fate = () => 'unready'
  service({ publishNotReadyAddresses: true })
  pod('slow')
  await cluster.until(() => slices()[0]?.endpoints[0]?.conditions.ready)
  expect(slices()[0]?.endpoints[0]?.conditions.serving).toBe(false)
})

test('a deleted Service takes its slices and Endpoints along, and one without a selector is left alone', async () => {
  service()
  pod('fast')
  await cluster.until(() => slices().length === 1 && endpoints() !== undefined)
  cluster.store.delete('services', 'default', 'web')
  await cluster.until(() => slices().length === 0 && endpoints() === undefined)
  service({ selector: {} })
  await cluster.settle()
  expect(slices()).toEqual([])
})
