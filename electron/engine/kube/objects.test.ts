import { afterEach, beforeEach, expect, it } from 'vitest'
import { chunks, json, startMisbehavingServer, status, type MisbehavingServer } from '../testing/misbehavingServer.ts'
import { accessReview } from './access.ts'
import { apply } from './apply.ts'
import { connect } from './connection.ts'
import { discover } from './discovery.ts'
import { createObject, getObject, listObjects, removeObject, restartWorkload, scaleObject, waitFor } from './objects.ts'
import { podMetrics } from './podMetrics.ts'
import { probe } from './probe.ts'
import type { ClusterConnection } from './types.ts'

let server: MisbehavingServer
let connection: ClusterConnection
beforeEach(async () => {
  server = await startMisbehavingServer()
  connection = connect(server.context())
  server.on('/api', json({ kind: 'APIVersions', versions: ['v1'] }))
  server.on(
    '/apis',
    json({
      kind: 'APIGroupList',
      groups: [
        { name: 'apps', versions: [{ version: 'v1' }] },
        { name: 'broken.io', versions: [{ version: 'v1' }] },
      ],
    }),
  )
  server.on(
    '/api/v1',
    json({
      resources: [
        resource('pods', 'Pod', ['po']),
        resource('namespaces', 'Namespace', ['ns'], false),
        resource('events', 'Event'),
      ],
    }),
  )
  server.on(
    '/apis/apps/v1',
    json({
      resources: [
        resource('deployments', 'Deployment', ['deploy']),
        resource('deployments/scale', 'Scale'),
        resource('events', 'Event'),
      ],
    }),
  )
  server.on('/apis/broken.io/v1', status(503, 'ServiceUnavailable'))
})
afterEach(async () => {
  await connection.close()
  await server.stop()
})

const resource = (name: string, kind: string, shortNames: string[] = [], namespaced = true) => ({
  name,
  kind,
  shortNames,
  namespaced,
  singularName: '',
  verbs: ['get'],
})
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }
const path = '/apis/apps/v1/namespaces/shop/deployments/web'
const object = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', managedFields: [] },
  spec: { replicas: 2 },
}

it('finds resources by every usual name and reports a broken API without failing', async () => {
  const resources = await discover(connection)
  for (const name of ['pods', 'po', 'pod', 'Pod', 'pods.v1']) expect(resources.find(name)?.kind).toBe('Pod')
  for (const name of ['deployments.apps', 'deployments.v1.apps', 'deploy', 'Deployment'])
    expect(resources.find(name)?.group).toBe('apps')
  expect([resources.find('events')?.group, resources.find('events.apps')?.group, resources.find('nothing')]).toEqual([
    '',
    'apps',
    undefined,
  ])
  expect(resources.ofKind('apps/v1', 'Deployment')?.subresources).toEqual(['scale'])
  expect(resources.broken).toMatchObject([{ groupVersion: 'broken.io/v1' }])
})

it('takes the aggregated form where the server has it', async () => {
  const one = {
    resource: 'pods',
    responseKind: { kind: 'Pod' },
    scope: 'Namespaced',
    singularResource: 'pod',
    verbs: ['list'],
    shortNames: ['po'],
    subresources: [{ subresource: 'log' }],
  }
  server.on(
    '/api',
    json({
      kind: 'APIGroupDiscoveryList',
      items: [{ metadata: {}, versions: [{ version: 'v1', freshness: 'Current', resources: [one] }] }],
    }),
  )
  server.on(
    '/apis',
    json({
      kind: 'APIGroupDiscoveryList',
      items: [{ metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale' }] }],
    }),
  )
  const resources = await discover(connection)
  expect(resources.find('po')).toMatchObject({ kind: 'Pod', namespaced: true, subresources: ['log'] })
  expect(resources.broken).toMatchObject([{ groupVersion: 'metrics.k8s.io/v1beta1' }])
  expect(server.requests[0]?.headers.accept).toContain('g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList')
  expect(server.requests).toHaveLength(2)
})

it('applies on the server under its own name, strictly and without force', async () => {
  server.on(path, json(object))
  await apply(connection, object, { dryRun: true })
  const { method, headers, query, body } = server.requestsTo(path)[0] ?? {}
  expect([method, headers?.['content-type']]).toEqual(['PATCH', 'application/apply-patch+yaml'])
  expect(Object.fromEntries(query ?? [])).toEqual({
    fieldManager: 'agency-swarm-console',
    force: 'false',
    fieldValidation: 'Strict',
    dryRun: 'All',
  })
  expect(body).not.toContain('managedFields')
})

it('lists field, owner and operation of a conflict', async () => {
  const causes = [
    {
      reason: 'FieldManagerConflict',
      field: '.spec.replicas',
      message: 'conflict with "kubectl" with subresource "scale" using apps/v1',
    },
  ]
  const live = {
    ...object,
    metadata: { ...object.metadata, managedFields: [{ manager: 'kubectl', operation: 'Update' }] },
  }
  server.on(path, status(409, 'Conflict', { details: { causes } }), json(live))
  await expect(apply(connection, object)).rejects.toMatchObject({
    code: 'CONFLICT',
    details: { conflicts: [{ field: '.spec.replicas', manager: 'kubectl', operation: 'Update' }] },
  })
})

it('creates, reads, scales, restarts and removes by kind', async () => {
  server.on('/apis/apps/v1/namespaces/shop/deployments', json(object, 201))
  server.on(path, json(object))
  server.on(`${path}/scale`, json({}))
  await createObject(connection, object)
  await expect(getObject(connection, deployment)).resolves.toMatchObject({ spec: { replicas: 2 } })
  await scaleObject(connection, deployment, 5)
  expect(JSON.parse(server.requestsTo(`${path}/scale`)[0]?.body ?? '')).toEqual({ spec: { replicas: 5 } })
  await restartWorkload(connection, deployment)
  expect(server.requestsTo(path)[1]?.body).toContain('kubectl.kubernetes.io/restartedAt')
  server.on(path, status(404, 'NotFound'))
  await removeObject(connection, deployment, { uid: 'one' })
  expect(JSON.parse(server.requestsTo(path)[2]?.body ?? '')).toMatchObject({
    propagationPolicy: 'Background',
    preconditions: { uid: 'one' },
  })
})

it('lists all pages with their kind', async () => {
  server.on(
    '/api/v1/pods',
    json({ metadata: { continue: 'x' }, items: [{ metadata: { name: 'a' } }] }),
    json({ metadata: {}, items: [{ metadata: { name: 'b' } }] }),
  )
  const found = await listObjects(connection, { apiVersion: 'v1', kind: 'Pod' })
  expect(found.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(['Pod a', 'Pod b'])
})

it('refuses a kind the cluster does not have, naming the APIs that do not answer', async () => {
  const unknown = getObject(connection, { apiVersion: 'broken.io/v1', kind: 'Thing', name: 'a' })
  await expect(unknown).rejects.toMatchObject({ code: 'NOT_FOUND' })
  await expect(unknown).rejects.toThrow('broken.io/v1')
})

it.each(['../secrets', 'a/b', '', '..', 'a%2fb'])('sends no request for the name %j', async (name) => {
  await expect(getObject(connection, { ...deployment, name })).rejects.toMatchObject({ code: 'BAD_INPUT' })
})

it('waits for existence first, then for the condition', async () => {
  const ready = (phase: string, resourceVersion: string) => ({
    metadata: { name: 'web', namespace: 'shop', uid: '1', resourceVersion },
    status: { phase },
  })
  const events = [
    { type: 'ADDED', object: ready('Pending', '11') },
    { type: 'MODIFIED', object: ready('Running', '12') },
  ].map((event) => `${JSON.stringify(event)}\n`)
  server.on(
    '/api/v1/namespaces/shop/pods',
    json({ metadata: { resourceVersion: '10' }, items: [] }),
    chunks(events, 'silence'),
  )
  const seen: unknown[] = []
  const found = await waitFor(
    connection,
    { resource: 'pods', namespace: 'shop', name: 'web' },
    (pod) => pod?.status?.['phase'] === 'Running',
    {
      onProgress: (pod) => seen.push(pod?.status?.['phase']),
    },
  )
  expect(found?.metadata.resourceVersion).toBe('12')
  expect([seen[0], seen.at(-1)]).toEqual([undefined, 'Running'])
  expect(server.requestsTo('/api/v1/namespaces/shop/pods')[0]?.query.get('fieldSelector')).toBe('metadata.name=web')
})

it('says what was last seen when waiting takes too long', async () => {
  server.on(
    '/api/v1/namespaces/shop/pods',
    json({ metadata: { resourceVersion: '10' }, items: [] }),
    chunks([], 'silence'),
  )
  const waiting = waitFor(
    connection,
    { resource: 'pods', namespace: 'shop', name: 'web' },
    (pod) => pod !== undefined,
    { timeout: 500 },
  )
  await expect(waiting).rejects.toMatchObject({ code: 'TIMEOUT' })
})

it('asks the cluster what the user may do', async () => {
  const reviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
  server.on(reviews, (request, response, socket) => {
    const verb = (JSON.parse(request.body) as { spec: { resourceAttributes: { verb: string } } }).spec
      .resourceAttributes.verb
    return json({ status: { allowed: verb === 'get', reason: verb === 'get' ? '' : 'no rule' } }, 201)(
      request,
      response,
      socket,
    )
  })
  const checks = ['get', 'delete'].map((verb) => ({ verb, resource: 'pods', namespace: 'shop' }))
  await expect(accessReview(connection, checks)).resolves.toEqual([
    { ...checks[0], allowed: true },
    { ...checks[1], allowed: false, reason: 'no rule' },
  ])
})

it('reads usage in cores and bytes', async () => {
  const container = { name: 'app', usage: { cpu: '1500000n', memory: '12Mi' } }
  server.on(
    '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods',
    json({ items: [{ metadata: { name: 'a', namespace: 'shop' }, timestamp: 't', containers: [container] }] }),
  )
  await expect(podMetrics(connection, 'shop')).resolves.toEqual([
    {
      namespace: 'shop',
      pod: 'a',
      timestamp: 't',
      containers: [{ name: 'app', cpuCores: 0.0015, memoryBytes: 12582912 }],
    },
  ])
})

it.each([
  [404, 'METRICS_ABSENT'],
  [503, 'METRICS_NOT_READY'],
  [403, 'METRICS_FORBIDDEN'],
])('tells a metrics API that answers %d', async (code, expected) => {
  server.on('/apis/metrics.k8s.io/v1beta1/pods', status(code, 'Script'))
  await expect(podMetrics(connection)).rejects.toMatchObject({ code: expected })
})

it('diagnoses a working context stage by stage', async () => {
  server.on('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', json({ status: { allowed: true } }, 201))
  server.on('/version', json({ gitVersion: 'v1.35.2' }))
  const { reachable, stages, serverVersion } = await probe(server.context())
  expect([reachable, serverVersion]).toEqual([true, 'v1.35.2'])
  expect(stages.map(({ stage, outcome }) => `${stage} ${outcome}`)).toEqual([
    'kubeconfig passed',
    'dns passed',
    'tcp passed',
    'tls passed',
    'sign-in passed',
    'version passed',
  ])
})

it.each([
  ['kubeconfig', { certFile: '/nowhere/cert' }, {}, 'KUBECONFIG_INVALID'],
  ['dns', {}, { server: 'https://no-such-host.invalid:6443' }, 'CLUSTER_UNREACHABLE'],
  ['tcp', {}, { server: 'https://127.0.0.1:1' }, 'CLUSTER_UNREACHABLE'],
  ['tls', {}, { caData: undefined }, 'TLS_MISMATCH'],
  ['sign-in', { token: 'bad' }, {}, 'UNAUTHENTICATED'],
])('names the stage %s where a context fails', async (stage, user, cluster, code) => {
  server.on('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', status(401, 'Unauthorized'))
  const { reachable, stages, error } = await probe(server.context(user, cluster))
  expect([reachable, error?.code]).toEqual([false, code])
  expect(stages.find(({ outcome }) => outcome === 'failed')?.stage).toBe(stage)
  expect(stages.at(-1)?.outcome).toBe('skipped')
})
