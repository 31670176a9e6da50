import { afterEach, beforeEach, expect, test } from 'vitest'
import { conditionOf } from '../conditions.ts'
import type { Pod } from '../kinds.ts'
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

const create = (name: string, spec: Record<string, unknown> = {}): unknown =>
  cluster.create('pods', { kind: 'Pod', metadata: { name }, spec: podSpec(spec) })
const pod = (name: string): Pod | undefined => cluster.get<Pod>('pods', name)
const refusal = (name: string): string | undefined =>
  conditionOf(pod(name)?.status?.conditions, 'PodScheduled')?.message
const withRequests = (requests: Record<string, string>): Record<string, unknown> => ({
  containers: [{ name: 'main', image: 'sandbox/test:1', resources: { requests } }],
})

test('a pod gets the node, a condition and an event', async () => {
  create('one')
  await cluster.until(() => pod('one')?.spec.nodeName === 'sandbox-node')
  expect(conditionOf(pod('one')?.status?.conditions, 'PodScheduled')?.status).toBe('True')
  expect(cluster.events('Scheduled')).toEqual(['Successfully assigned default/one to sandbox-node'])
})

test('a pod that asks for more than is left waits with a reason, and starts when another one goes', async () => {
  create('large', withRequests({ cpu: '3', memory: '6Gi' }))
  await cluster.until(() => pod('large')?.spec.nodeName)
  create('second', withRequests({ cpu: '1500m', memory: '4Gi' }))
  await cluster.until(() => refusal('second'))
  expect(refusal('second')).toBe('0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory.')
  expect(cluster.events('FailedScheduling')).toEqual([refusal('second')])
  expect(pod('second')?.status?.phase).toBe('Pending')
  cluster.store.delete('pods', 'default', 'large')
  await cluster.until(() => pod('second')?.spec.nodeName)
})

test('a node selector, a cordon and a taint keep pods away until they no longer do', async () => {
  create('picky', { nodeSelector: { disk: 'fast' } })
  await cluster.until(() => refusal('picky'))
  expect(refusal('picky')).toBe("0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.")
  cluster.store.update('nodes', undefined, 'sandbox-node', (node) => (node.spec = { unschedulable: true }))
  create('plain')
  await cluster.until(() => refusal('plain') === '0/1 nodes are available: 1 node(s) were unschedulable.')
  const taints = [{ key: 'only', value: 'mine', effect: 'NoSchedule' }]
  cluster.store.update('nodes', undefined, 'sandbox-node', (node) => {
    node.spec = { taints }
    node.metadata.labels = { disk: 'fast' }
  })
  create('tolerant', { tolerations: [{ key: 'only', operator: 'Equal', value: 'mine', effect: 'NoSchedule' }] })
  await cluster.until(() => pod('tolerant')?.spec.nodeName)
  await cluster.until(() => refusal('plain') === '0/1 nodes are available: 1 node(s) had untolerated taint(s).')
  cluster.store.update('nodes', undefined, 'sandbox-node', (node) => (node.spec = {}))
  await cluster.until(() => pod('plain')?.spec.nodeName && pod('picky')?.spec.nodeName)
})

test('a pod waits for its claim', async () => {
  create('writer', { volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'files' } }] })
  await cluster.until(() => refusal('writer') === 'persistentvolumeclaim "files" not found')
  const spec = {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: '1Gi' } },
    storageClassName: 'unknown',
  }
  cluster.create('persistentvolumeclaims', { kind: 'PersistentVolumeClaim', metadata: { name: 'files' }, spec })
  await cluster.until(() => refusal('writer') === 'pod has unbound immediate PersistentVolumeClaims')
  expect(cluster.events('ProvisioningFailed')).toEqual(['storageclass.storage.k8s.io "unknown" not found'])
  cluster.store.create('storageclasses.storage.k8s.io', {
    kind: 'StorageClass',
    apiVersion: '',
    metadata: { name: 'unknown' },
    provisioner: 'sandbox.local/folder',
  })
  await cluster.until(() => pod('writer')?.spec.nodeName)
})
