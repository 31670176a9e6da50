import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Plan } from '#shared/contract/plan.ts'
import { startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import {
  apply,
  connect,
  createObject,
  loadKubeconfigs,
  patchObject,
  removeObject,
  waitFor,
  type ClusterConnection,
} from '../../kube/index.ts'
import type { Deployments } from './deployments.ts'
import { resourcesIn as resources, suiteResources, testConsole } from './testing/console.ts'

let cluster: TestCluster
let connection: ClusterConnection
let folder: string
let deployments: Deployments
let scope: { context: string; namespace: string }
let count = 0

const contextNamed = (name: string) => {
  const found = loadKubeconfigs([{ path: cluster.kubeconfigPath, kind: 'user' }]).contexts.find(
    (one) => one.name === name,
  )
  if (!found) throw new Error(`no context ${name}`)
  return found
}
const deploymentsOn = async (over: ClusterConnection) =>
  (await testConsole({ connection: over, resourcesDirectory: suiteResources, dataDirectory: folder })).deployments
const sandboxProfile = { profile: 'sandbox', version: '0.1.0', values: '' }

beforeAll(async () => {
  cluster = await startCluster()
  connection = connect(contextNamed(cluster.context))
  folder = await mkdtemp(join(tmpdir(), 'console-plan-'))
  deployments = await deploymentsOn(connection)
})
afterAll(async () => {
  await connection.close()
  await cluster.stop()
  await rm(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  scope = { context: 'context:test', namespace: `plan-test-${process.pid}-${(count += 1)}` }
  await createObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: scope.namespace } })
})
const namespaceRef = () => ({ apiVersion: 'v1', kind: 'Namespace', name: scope.namespace })
afterEach(() => removeObject(connection, namespaceRef()))

const find = (plan: Plan, id: string) => resources(plan).find((resource) => resource.id === id)

describe('the plan', () => {
  it('asks the server for every object, and creates none of them', async () => {
    const plan = await deployments.plan(scope, sandboxProfile)
    expect(plan.blockers).toEqual([])
    expect(plan.checks.find(({ title }) => title === 'Dry run on the server')?.state).toBe('passed')
    expect(find(plan, 'apps/v1 StatefulSet postgresql')).toMatchObject({ action: 'create', before: '' })
    expect(find(plan, `v1 Namespace ${scope.namespace}`)?.action).toBe('change')
    const again = await deployments.plan(scope, sandboxProfile)
    expect(find(again, 'apps/v1 StatefulSet postgresql')?.action).toBe('create')
  })

  it('shows no value of a secret', async () => {
    const { after } = find(await deployments.plan(scope, sandboxProfile), 'v1 Secret agency-swarm-secrets') ?? {}
    expect(after).toMatch(/POSTGRES_PASSWORD: "?••••••••"?\n/)
  })

  it('says whose a field is that it would have to take, and does not take it', async () => {
    const theirs = { ENVIRONMENT: 'theirs' }
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'agency-swarm-config' }, data: theirs }
    const path = `/api/v1/namespaces/${scope.namespace}/configmaps`
    await connection.request('POST', path, { query: { fieldManager: 'helm' }, body })
    const plan = await deployments.plan(scope, sandboxProfile)
    const resource = find(plan, 'v1 ConfigMap agency-swarm-config')
    expect(resource?.action).toBe('conflict')
    expect(resource?.conflicts).toEqual([
      {
        field: 'data.ENVIRONMENT',
        manager: 'helm',
        operation: 'Update',
        at: expect.any(Number) as number,
        live: 'theirs',
        wanted: 'sandbox',
      },
    ])
    expect(plan.blockers).toEqual([])
    await expect(deployments.apply(scope, plan.id)).rejects.toMatchObject({
      code: 'DEPLOY_FAILED',
      details: { conflicts: [{ id: 'v1 ConfigMap agency-swarm-config', field: 'data.ENVIRONMENT', manager: 'helm' }] },
    })
  })

  it.each([
    ['leaves a number of replicas to the autoscaler', 'agency-swarm-backend', 'change', []],
    ['asks about a number of replicas that somebody else set', 'agency-swarm-mcp', 'conflict', ['spec.replicas']],
  ])('%s', async (_what, name, action, fields) => {
    const labels = { app: name }
    const template = { metadata: { labels }, spec: { containers: [{ name: 'old', image: 'none' }] } }
    const metadata = { name, namespace: scope.namespace }
    const spec = { replicas: 5, selector: { matchLabels: labels }, template }
    await apply(connection, { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec })
    await connection.request('PATCH', `/apis/apps/v1/namespaces/${scope.namespace}/deployments/${name}/scale`, {
      query: { fieldManager: 'somebody' },
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { spec: { replicas: 4 } },
    })
    const resource = find(await deployments.plan(scope, sandboxProfile), `apps/v1 Deployment ${name}`)
    expect(resource?.conflicts.map(({ field }) => field)).toEqual(fields)
    expect(resource?.action).toBe(action)
    const isKept = resource?.notes.includes('keeps the 4 replicas of the autoscaler')
    expect(isKept).toBe(fields.length === 0)
    expect(resource?.notes.join()).toContain('restarts 4 pods')
  })

  it('is blocked by a namespace that is being deleted', async () => {
    const holding = { metadata: { finalizers: ['test/hold'] } }
    const held = { apiVersion: 'v1', kind: 'ConfigMap', namespace: scope.namespace, name: 'held' }
    await createObject(connection, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'held', namespace: scope.namespace, finalizers: holding.metadata.finalizers },
    })
    await removeObject(connection, namespaceRef())
    await waitFor(
      connection,
      { resource: 'namespaces', name: scope.namespace },
      (found) => found?.metadata.deletionTimestamp !== undefined,
      { timeout: 30_000 },
    )
    const plan = await deployments.plan(scope, sandboxProfile)
    expect(plan.blockers.map(({ code }) => code)).toEqual(['NAMESPACE_TERMINATING'])
    await patchObject(connection, held, { metadata: { finalizers: null } })
  })

  it('tells a user without rights which ones are missing, instead of an error', async () => {
    if (!cluster.isSandbox) return
    const viewer = connect(contextNamed('sandbox-viewer'))
    try {
      const plan = await (await deploymentsOn(viewer)).plan(scope, sandboxProfile)
      expect(plan.checks.find(({ title }) => title === 'Your rights')).toMatchObject({ state: 'failed' })
      expect(plan.blockers.length).toBeGreaterThan(0)
      expect(resources(plan).every(({ action }) => action === 'refused' || action === 'same')).toBe(true)
    } finally {
      await viewer.close()
    }
  })

  it('can be applied once, in its place alone', async () => {
    const plan = await deployments.plan(scope, sandboxProfile)
    await expect(deployments.apply({ ...scope, namespace: 'other' }, plan.id)).rejects.toMatchObject({
      code: 'EXPIRED',
    })
    await expect(deployments.apply(scope, 'no-such-plan')).rejects.toMatchObject({ code: 'EXPIRED' })
  })

  it('warns that a namespace which does not exist cannot be asked about', async () => {
    const absent = { ...scope, namespace: `${scope.namespace}-absent` }
    const plan = await deployments.plan(absent, sandboxProfile)
    expect(plan.checks.find(({ title }) => title === 'Dry run on the server')?.state).toBe('warning')
    expect(plan.blockers).toEqual([])
  })
})
