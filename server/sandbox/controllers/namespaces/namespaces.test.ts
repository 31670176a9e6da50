import { afterEach, beforeEach, expect, test } from 'vitest'
import { conditionOf, type Condition } from '../conditions.ts'
import { resources } from '../../store/resources.ts'
import type { KubeObject } from '../../store/types.ts'
import { podSpec, workload } from '../testing/manifests.ts'
import { TestCluster } from '../testing/testCluster.ts'

let cluster: TestCluster
beforeEach(async () => {
  cluster = await TestCluster.start()
})
afterEach(async () => {
  await cluster.stop()
  expect(cluster.errors).toEqual([])
})

const namespace = 'team'
const home = () => cluster.store.get('namespaces', undefined, namespace)
const found = (type: string): Condition | undefined =>
  conditionOf(home()?.status?.conditions as Condition[] | undefined, type)

async function createTeam(): Promise<void> {
  cluster.store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  await cluster.until(
    () => cluster.store.get('serviceaccounts', namespace, 'default') && home()?.status?.phase === 'Active',
  )
}

test('a cluster begins with its built-in namespaces, classes and nothing else', async () => {
  await cluster.settle()
  const names = cluster.store
    .list('namespaces')
    .map((each) => each.metadata.name)
    .sort()
  expect(names).toEqual(['default', 'kube-node-lease', 'kube-public', 'kube-system'])
  expect(cluster.store.list('storageclasses.storage.k8s.io').map((each) => each.metadata.name)).toEqual([
    'sandbox-local',
  ])
})

test('a namespace is furnished, and furniture that is taken away comes back', async () => {
  await createTeam()
  expect(cluster.store.get('configmaps', namespace, 'kube-root-ca.crt')?.data).toEqual({ 'ca.crt': 'certificate' })
  cluster.store.delete('configmaps', namespace, 'kube-root-ca.crt')
  cluster.store.delete('serviceaccounts', namespace, 'default')
  await cluster.until(
    () =>
      cluster.store.get('configmaps', namespace, 'kube-root-ca.crt') &&
      cluster.store.get('serviceaccounts', namespace, 'default'),
  )
})

test('a deleted namespace takes everything along and says what holds it back meanwhile', async () => {
  await createTeam()
  const inTeam = (name: string) => ({ name, namespace })
  cluster.create('deployments.apps', { ...workload('web'), metadata: inTeam('web') })
  cluster.create('statefulsets.apps', { ...workload('db'), metadata: inTeam('db') })
  cluster.create('jobs.batch', {
    kind: 'Job',
    metadata: inTeam('task'),
    spec: { template: { spec: podSpec({ restartPolicy: 'Never' }) } },
  })
  cluster.create('configmaps', { kind: 'ConfigMap', metadata: { ...inTeam('held'), finalizers: ['example.com/hold'] } })
  await cluster.until(
    () => cluster.store.list('pods', { namespace }).filter((pod) => pod.status?.phase === 'Running').length === 7,
  )
  cluster.store.delete('namespaces', undefined, namespace)
  await cluster.until(
    () =>
      found('NamespaceContentRemaining')?.message ===
      'Some resources are remaining: configmaps has 1 resource instances',
  )
  expect(found('NamespaceFinalizersRemaining')).toMatchObject({
    status: 'True',
    message: 'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
  })
  expect(home()?.status?.phase).toBe('Terminating')
  cluster.store.update('configmaps', namespace, 'held', (object) => {
    delete object.metadata.finalizers
  })
  await cluster.until(() => home() === undefined)
  const left = resources.filter((row) => row.namespaced).flatMap((row) => cluster.store.list(row.name, { namespace }))
  expect(left).toEqual([])
})

test('a namespace deletion that a crash interrupts is finished after the restart', async () => {
  await createTeam()
  cluster.create('deployments.apps', { ...workload('web'), metadata: { name: 'web', namespace } })
  // A pod that no node has yet is deleted at once and would leave nothing to interrupt.
  const isRunning = ({ status }: KubeObject) => status?.['phase'] === 'Running'
  await cluster.until(() => cluster.store.list('pods', { namespace }).filter(isRunning).length === 3)
  cluster.node.isLingering = true
  cluster.store.delete('namespaces', undefined, namespace)
  await cluster.until(() => found('NamespaceContentRemaining')?.status === 'True')
  await cluster.restart()
  await cluster.until(() => home() === undefined)
})
