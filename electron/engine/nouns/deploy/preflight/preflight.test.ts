import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { testNamespace, type TestNamespace } from '../../../testing/testNamespace.ts'
import { json, startMisbehavingServer } from '../../../testing/misbehavingServer.ts'
import { runChecks } from './index.ts'
import { kubernetesCheck, nodesCheck } from './versions.ts'

let place: TestNamespace
let connection: ClusterConnection
let namespace = ''

beforeAll(async () => {
  place = await testNamespace('preflight-test')
  connection = place.connection
  namespace = place.scope.namespace
})
afterAll(() => place.stop())

const object = (apiVersion: string, kind: string, spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: kind.toLowerCase(), namespace },
  spec,
})
const deployment = (replicas: number, cpu: string, more: Record<string, unknown> = {}) =>
  object('apps/v1', 'Deployment', {
    replicas,
    template: { spec: { containers: [{ name: 'c', image: 'busybox:1', resources: { requests: { cpu } } }], ...more } },
  })
const check = async (title: string, ...objects: KubeObject[]) =>
  (await runChecks({ connection, namespace, objects })).find((each) => each.title === title)

describe('preflight', () => {
  it('passes what a cluster can do, and says nothing of what the release does not have', async () => {
    const checks = await runChecks({ connection, namespace, objects: [deployment(1, '10m')] })
    const titles = checks.map(({ title }) => title)
    expect(titles).toEqual(expect.arrayContaining(['Kubernetes version', 'Node versions', 'Your rights', 'Quota', 'Images', 'Free capacity'])) // prettier-ignore
    expect(titles).not.toEqual(expect.arrayContaining(['Ingress class']))
    expect(checks.filter(({ state }) => state === 'failed')).toEqual([])
    expect(checks.filter(({ state, remedy }) => (state === 'passed') !== (remedy === ''))).toEqual([])
  })

  it.each([
    [
      'a kind that is not served, with the value that leaves it out',
      'Kinds served by the cluster',
      [object('monitoring.coreos.com/v1', 'ServiceMonitor')],
      ['ServiceMonitor (monitoring.coreos.com/v1)', 'monitoring.operator'],
    ],
    [
      'a storage class that does not exist, with those that do',
      'Storage',
      [
        object('v1', 'PersistentVolumeClaim', {
          storageClassName: 'gold',
          resources: { requests: { storage: '1Gi' } },
        }),
      ],
      ['no storage class gold', 'There are:'],
    ],
    [
      'a pull secret that does not exist, with how to make it',
      'Images',
      [deployment(1, '10m', { imagePullSecrets: [{ name: 'registry-login' }] })],
      ['registry-login does not exist', 'create secret docker-registry registry-login'],
    ],
    [
      'an ingress class that does not exist',
      'Ingress class',
      [object('networking.k8s.io/v1', 'Ingress', { ingressClassName: 'no-such-class' })],
      ['no ingress class no-such-class', 'install its controller'],
    ],
    [
      'a quota that has no room for the surge of a rolling update',
      'Quota',
      [deployment(4, '250m'), object('v1', 'ResourceQuota', { hard: { 'requests.cpu': '1' } })],
      ['allows 1 of requests.cpu and 1.25 CPU are needed', 'Raise the quota'],
    ],
  ])('refuses %s', async (_what, title, objects, words) => {
    const found = await check(title, ...objects)
    expect(found?.state).toBe('failed')
    for (const word of words) expect(`${found?.detail ?? ''} ${found?.remedy ?? ''}`).toContain(word)
  })

  it('counts a Job in, and an init container only where it asks for more than the others', async () => {
    const init = [{ name: 'init', resources: { requests: { cpu: '2' } } }]
    const job = object('batch/v1', 'Job', { template: { spec: { initContainers: init, containers: [] } } })
    const quota = (cpu: string) => object('v1', 'ResourceQuota', { hard: { 'requests.cpu': cpu } })
    expect((await check('Quota', job, quota('1')))?.state).toBe('failed')
    expect((await check('Quota', job, quota('2')))?.state).toBe('passed')
  })

  it('warns of a pod that is too large for every node', async () => {
    expect(await check('Free capacity', deployment(1, '1000'))).toMatchObject({
      state: 'warning',
      detail: expect.stringContaining('No node has room for a pod of deployment (1000 CPU') as string,
    })
  })
})

describe('versions', () => {
  const serverWith = async (version: string, kubelet: string) => {
    const server = await startMisbehavingServer()
    server.on('/version', json({ gitVersion: version }))
    server.on('/api', json({ kind: 'APIVersions', versions: ['v1'] }))
    server.on('/apis', json({ kind: 'APIGroupList', groups: [] }))
    const resources = [{ name: 'nodes', kind: 'Node', namespaced: false, verbs: ['list'] }]
    server.on('/api/v1', json({ kind: 'APIResourceList', groupVersion: 'v1', resources }))
    const items = [{ metadata: { name: 'one' }, status: { nodeInfo: { kubeletVersion: kubelet } } }]
    server.on('/api/v1/nodes', json({ kind: 'NodeList', metadata: { resourceVersion: '1' }, items }))
    const to = connect(server.context())
    return {
      preflight: { connection: to, namespace: 'x', objects: [] },
      stop: () => to.close().then(() => server.stop()),
    }
  }

  it.each([
    ['v1.27.3', 'failed'],
    ['v1.28.0', 'passed'],
    ['v1.36.1+k3s1', 'passed'],
    ['v1.37.0', 'warning'],
  ])('%s of the API server is %s', async (version, state) => {
    const { preflight, stop } = await serverWith(version, version)
    expect((await kubernetesCheck(preflight))?.state).toBe(state)
    await stop()
  })

  it.each([
    ['v1.35.0', 'v1.32.9', 'passed'],
    ['v1.35.0', 'v1.31.0', 'warning'],
    ['v1.35.0', 'v1.36.0', 'warning'],
  ])('an API server %s with a node %s is %s', async (version, kubelet, state) => {
    const { preflight, stop } = await serverWith(version, kubelet)
    expect((await nodesCheck(preflight))?.state).toBe(state)
    await stop()
  })
})
