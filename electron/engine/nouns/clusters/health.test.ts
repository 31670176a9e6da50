import { afterEach, beforeEach, expect, it } from 'vitest'
import { connect, type ClusterConnection, type KubeObject, type ProbeResult } from '../../kube/index.ts'
import { podFacts } from '../../objects/pods/podFacts.ts'
import { serveEmptyCluster } from '../../testing/kubeconfig.ts'
import { json, startMisbehavingServer, status, type MisbehavingServer } from '../../testing/misbehavingServer.ts'
import { look, probeStages, unreachable } from './health.ts'
import { ConsoleError } from '#shared/errors.ts'

let server: MisbehavingServer
let connection: ClusterConnection
beforeEach(async () => {
  server = await startMisbehavingServer()
  serveEmptyCluster(server)
  connection = connect(server.context())
})
afterEach(async () => {
  await connection.close()
  await server.stop()
})

const probed: ProbeResult = {
  reachable: true,
  milliseconds: 40,
  serverVersion: 'v1.35.0',
  stages: [{ stage: 'version', outcome: 'passed', milliseconds: 12.4, detail: 'v1.35.0' }],
}
const now = () => look(connection, 'agency-swarm', probed, new AbortController().signal)
const pod = (name: string, more: object = {}, isReady = true, labels: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }], ...more },
})
const servePods = (...items: object[]) =>
  server.on('/api/v1/namespaces/agency-swarm/pods', json({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items }))
const serveNodes = (...items: object[]) =>
  server.on('/api/v1/nodes', json({ kind: 'NodeList', apiVersion: 'v1', metadata: {}, items }))
const node = (cpu: string, memory: string, isReady = true) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  status: { allocatable: { cpu, memory }, conditions: [{ type: 'Ready', status: isReady ? 'True' : 'Unknown' }] },
})
const crashing = { containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff' } } }] }

it('is healthy when every pod that should run is ready; finished jobs do not count', async () => {
  servePods(pod('a'), pod('b'), pod('job', { phase: 'Succeeded' }, false))
  expect(await now()).toMatchObject({ health: 'healthy', pods: { ready: 2, total: 2 }, summary: 'All pods are ready' })
  servePods()
  expect(await now()).toMatchObject({ health: 'healthy', summary: 'The suite is not deployed' })
})

it('warns of pods that are not ready, and is degraded by failing ones', async () => {
  servePods(pod('a'), pod('b', {}, false))
  expect(await now()).toMatchObject({ health: 'warning', summary: '1 of 2 pods not ready' })
  servePods(pod('a'), pod('b', crashing, false))
  expect(await now()).toMatchObject({ health: 'degraded', summary: '1 pod is failing' })
  servePods(pod('a', { phase: 'Failed' }, false), pod('b', crashing, false))
  expect(await now()).toMatchObject({ health: 'degraded', summary: '2 pods are failing' })
})

it('counts the failed attempts of a job until a later one has succeeded', async () => {
  const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'migrate', uid: '1' }]
  const attempt = (name: string, phase: string, minute: number) => {
    const { metadata, ...rest } = pod(name, { phase }, false, { app: 'migrate' })
    return { ...rest, metadata: { ...metadata, ownerReferences, creationTimestamp: `2026-01-01T00:0${minute}:00Z` } }
  }
  servePods(pod('a'), attempt('first', 'Failed', 1), attempt('second', 'Failed', 2))
  expect(await now()).toMatchObject({ health: 'degraded', summary: '2 pods are failing' })
  servePods(pod('a'), attempt('first', 'Failed', 1), attempt('second', 'Succeeded', 2))
  expect(await now()).toMatchObject({ health: 'healthy', pods: { ready: 1, total: 1 } })
  servePods(pod('a'), attempt('first', 'Succeeded', 1), attempt('second', 'Failed', 2))
  expect(await now()).toMatchObject({ health: 'degraded', summary: '1 pod is failing' })
})

const table = (columns: string[], ...rows: unknown[][]) =>
  json({ kind: 'Table', columnDefinitions: columns.map((name) => ({ name })), rows: rows.map((cells) => ({ cells })) })
const podPath = '/api/v1/namespaces/agency-swarm/pods'
/** Answers tables as an API server does, and metadata of the pods that have ended. */
function serveTable(rows: unknown[][], ended: Record<string, object[]> = {}): void {
  server.on(podPath, (request, response, socket) => {
    const phase = request.query.get('fieldSelector')?.replace('status.phase=', '')
    if (request.headers.accept?.includes('as=Table')) {
      return table(['Name', 'Ready', 'Status', 'Restarts', 'Readiness Gates'], ...rows)(request, response, socket)
    }
    return json({ items: ended[phase ?? ''] ?? [] })(request, response, socket)
  })
}

it('counts by the table of the server, and asks for no object', async () => {
  serveTable([
    ['a', '1/1', 'Running', 0, '<none>'],
    ['b', '1/2', 'Running', 0, '<none>'],
    ['gated', '1/1', 'Running', 0, '0/1'],
    ['job', '0/1', 'Completed', 0, '<none>'],
  ])
  expect(await now()).toMatchObject({ health: 'warning', pods: { ready: 1, total: 3 } })
  expect(server.requestsTo(podPath).every(({ headers }) => /as=(Table|PartialObject)/.test(headers.accept ?? ''))).toBe(
    true,
  )
  serveTable([['a', '0/1', 'CrashLoopBackOff', 9, '<none>']])
  expect(await now()).toMatchObject({ health: 'degraded', summary: '1 pod is failing' })
})

it('asks for what has ended only where a later attempt may have succeeded', async () => {
  const attempt = (name: string, minute: number) => ({
    metadata: {
      name,
      labels: { app: 'migrate' },
      creationTimestamp: `2026-01-01T00:0${minute}:00Z`,
      ownerReferences: [{ kind: 'Job', name: 'migrate' }],
    },
  })
  const rows = [
    ['first', '0/1', 'Error', 0, '<none>'],
    ['second', '0/1', 'Completed', 0, '<none>'],
  ]
  serveTable(rows, { Failed: [attempt('first', 1)], Succeeded: [attempt('second', 2)] })
  expect(await now()).toMatchObject({ health: 'healthy', pods: { total: 0 } })
  serveTable(rows, { Failed: [attempt('first', 3)], Succeeded: [attempt('second', 2)] })
  expect(await now()).toMatchObject({ health: 'degraded', summary: '1 pod is failing' })
})

it('counts what a live list holds, and asks for no pods', async () => {
  const facts = [pod('a'), pod('b', {}, false)].map((each) => podFacts(each as unknown as KubeObject))
  const { pods } = await look(connection, 'agency-swarm', probed, new AbortController().signal, facts)
  expect(pods).toEqual({ ready: 1, total: 2 })
  expect(server.requestsTo(podPath).filter(({ headers }) => headers.accept?.includes('as=Table'))).toEqual([])
})

it('reads whole nodes once, and counts them by the table afterwards', async () => {
  const whole = json({ items: [node('2', '4Gi')] })
  server.on('/api/v1/nodes', (request, response, socket) =>
    (request.headers.accept?.includes('as=Table')
      ? table(['Name', 'Status'], ['n', 'Ready,SchedulingDisabled'], ['m', 'NotReady'])
      : whole)(request, response, socket),
  )
  await now()
  expect(await now()).toMatchObject({ nodes: { ready: 1, total: 2 } })
  const asked = server.requestsTo('/api/v1/nodes').map(({ headers }) => headers.accept?.includes('as=Table'))
  expect(asked).toEqual([true, false, true])
})

it('adds up what nodes can give and what is used', async () => {
  serveNodes(node('2', '4Gi'), node('2000m', '4Gi', false))
  server.on(
    '/apis/metrics.k8s.io/v1beta1/nodes',
    json({ items: [{ usage: { cpu: '500m', memory: '1Gi' } }, { usage: { cpu: '500000000n', memory: '1024Mi' } }] }),
  )
  expect(await now()).toMatchObject({ nodes: { ready: 1, total: 2 }, use: { cpu: 0.25, memory: 0.25 } })
})

it('says nothing of usage where there are no metrics, and nothing of nodes where they are hidden', async () => {
  serveNodes(node('2', '4Gi'))
  expect(await now()).not.toHaveProperty('use')
  server.on('/api/v1/nodes', status(403, 'Forbidden'))
  servePods(pod('a'))
  const facts = await now()
  expect(facts).toMatchObject({ health: 'limited', summary: 'Some facts are hidden from you', pods: { total: 1 } })
  expect(facts).not.toHaveProperty('nodes')
})

it('takes the version of the suite from its backend', async () => {
  const labels = { 'app.kubernetes.io/part-of': 'agency-swarm', 'app.kubernetes.io/version': '1.4.0' }
  servePods(
    pod('other', {}, true, { ...labels, 'app.kubernetes.io/version': '9.9.9', app: 'agency-swarm-frontend' }),
    pod('backend', {}, true, { ...labels, app: 'agency-swarm-backend' }),
  )
  expect(await now()).toMatchObject({ suiteVersion: '1.4.0' })
})

it.each([
  ['everything', () => true, 'administrator'],
  ['no secrets', ({ resource }: Attributes) => resource !== 'secrets', 'operator'],
  ['only pods', ({ resource }: Attributes) => resource === 'pods', 'read_only'],
  ['nothing', () => false, 'read_only'],
] as const)('reads the role off what is allowed: %s', async (_case, isAllowed, role) => {
  server.on('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', (request, response, socket) => {
    const { spec } = JSON.parse(request.body) as { spec: { resourceAttributes: Attributes } }
    return json({ status: { allowed: isAllowed(spec.resourceAttributes) } })(request, response, socket)
  })
  expect(await now()).toMatchObject({ role })
})
interface Attributes {
  verb: string
  resource: string
}

it('fails as a whole when the cluster stops answering half way', async () => {
  server.on('/api/v1/nodes', (_request, _response, socket) => void socket.destroy())
  await expect(now()).rejects.toMatchObject({ code: 'CONNECTION_LOST' })
})

it('explains why a cluster is not reachable, stage by stage', () => {
  const error = new ConsoleError('CLUSTER_UNREACHABLE', 'No process listens at 10.0.0.1. Check the address.', {
    port: 9,
  })
  const failed: ProbeResult = {
    reachable: false,
    milliseconds: 5,
    error,
    stages: [
      { stage: 'kubeconfig', outcome: 'passed', milliseconds: 1.6, detail: 'https://10.0.0.1' },
      { stage: 'tcp', outcome: 'failed', milliseconds: 3, error },
      { stage: 'sign-in', outcome: 'skipped', milliseconds: 0 },
    ],
  }
  expect(probeStages(failed)).toEqual([
    { id: 'kubeconfig', state: 'passed', tookMs: 2, detail: 'https://10.0.0.1' },
    { id: 'tcp', state: 'failed', tookMs: 3, detail: error.message },
    { id: 'signIn', state: 'notTried', detail: '' },
  ])
  expect(unreachable(failed)).toMatchObject({
    health: 'unreachable',
    summary: 'No process listens at 10.0.0.1',
    fault: { code: 'CLUSTER_UNREACHABLE', details: { port: 9 } },
  })
})

it('tells a cluster that forbids everything from a sign-in program that the person refused', () => {
  const facts = (details: object) =>
    unreachable({ ...probed, reachable: false, error: new ConsoleError('FORBIDDEN', 'No.', { ...details }) })
  expect(facts({ status: 403 }).health).toBe('limited')
  expect(facts({ consent: 'program' }).health).toBe('unreachable')
})
