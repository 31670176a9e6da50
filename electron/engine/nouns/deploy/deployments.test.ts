import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { imageRegistry, startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import {
  createObject,
  getObject,
  listObjects,
  patchObject,
  removeObject,
  type ClusterConnection,
  type KubeObject,
} from '../../kube/index.ts'
import { connectTo } from '../../testing/connectTo.ts'
import { smallBundle, type SmallBundle } from './testing/smallBundle.ts'
import { resourcesIn, succeeded, testConsole, type TestConsole } from './testing/console.ts'

let cluster: TestCluster
let connection: ClusterConnection
let bundle: SmallBundle
let maya: TestConsole
let scope: { context: string; namespace: string }
let count = 0

beforeAll(async () => {
  cluster = await startCluster()
  connection = connectTo(cluster)
  bundle = await smallBundle()
  maya = await testConsole({ connection, resourcesDirectory: bundle.path })
})
afterAll(async () => {
  await connection.close()
  await cluster.stop()
  await bundle.remove()
  await maya.remove()
})
beforeEach(() => {
  scope = { context: 'context:test', namespace: `deploy-test-${process.pid}-${(count += 1)}` }
})
afterEach(() => removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: scope.namespace }))

const refTo = (apiVersion: string, kind: string, name: string) => ({
  apiVersion,
  kind,
  name,
  namespace: scope.namespace,
})
const settings = () => getObject(connection, refTo('v1', 'ConfigMap', 'settings'))
const dataOf = (object: KubeObject) => object['data'] as Record<string, string>
const named = async (kind: string) =>
  (await listObjects(connection, { apiVersion: 'v1', kind }, { namespace: scope.namespace })).map(
    ({ metadata }) => metadata.name,
  )
const wanted = (values = '') => ({ profile: 'sandbox', version: '0.1.0', values })
const current = async () => (await maya.releases.list(scope)).find(({ isCurrent }) => isCurrent)

describe('deploying', () => {
  it(
    'records every release in the cluster, keeps secrets, and goes back to any of them',
    { timeout: 200_000 },
    async () => {
      succeeded(await maya.deploy(scope))
      const first = await current()
      const password = dataOf(await getObject(connection, refTo('v1', 'Secret', 'secrets')))['PASSWORD']
      const plan = await maya.deployments.plan(scope, wanted('hosts: { web: day }\nloadBalancer: { enabled: true }\n'))
      const change = resourcesIn(plan).find(({ id }) => id === 'v1 ConfigMap settings')
      expect(change).toMatchObject({
        action: 'change',
        fields: [{ path: 'data.GREETING', before: 'hello', after: 'day' }],
      })
      expect(change?.notes).toEqual(['read by StatefulSet store, Deployment web when their pods start'])
      expect(resourcesIn(plan).find(({ kind }) => kind === 'Secret')?.action).toBe('same')
      succeeded(await maya.ended(maya.deployments.apply(scope, plan.id)))
      succeeded(await maya.deploy(scope, "hosts: { web: evening }\nimages: { redis: 'busybox:1.36' }\n"))
      expect(await maya.deployments.status(scope)).toMatchObject({
        installed: {
          version: '0.1.0',
          by: 'maya',
          values: "hosts: { web: evening }\nimages: { redis: 'busybox:1.36' }\n",
        },
        unfinished: null,
      })
      const list = await maya.releases.list(scope)
      expect(list.map(({ isCurrent, state, kind }) => `${isCurrent} ${state} ${kind}`)).toEqual([
        'true done deploy',
        'false done deploy',
        'false done deploy',
      ])
      const [newest, , oldest] = list
      const difference = await maya.releases.difference(scope, oldest?.id ?? '', newest?.id ?? '')
      expect(difference.values.map(({ path }) => path)).toEqual(['hosts.web', 'images.redis'])
      expect(difference.resources.map(({ id }) => id)).toEqual(['v1 ConfigMap settings', 'apps/v1 Deployment web'])
      expect((await maya.releases.detail(scope, newest?.id ?? '')).images).toEqual([
        `${imageRegistry}busybox:1`,
        `${imageRegistry}busybox:1.36`,
      ])

      const back = await maya.deployments.planRollback(scope, first?.id ?? '')
      // The second release brought it, the third did not have it, and nobody confirmed that it goes.
      expect(back).toMatchObject({ rollbackTo: first?.id, values: '', blockers: [] })
      succeeded(await maya.ended(maya.deployments.apply(scope, back.id)))
      expect(dataOf(await settings())['GREETING']).toBe('hello')
      expect(await current()).toMatchObject({ kind: 'rollback', version: '0.1.0' })
      expect(dataOf(await getObject(connection, refTo('v1', 'Secret', 'secrets')))['PASSWORD']).toBe(password)
      const records = await listObjects(
        connection,
        { apiVersion: 'v1', kind: 'ConfigMap' },
        { namespace: scope.namespace },
      )
      expect(JSON.stringify(records)).not.toContain(password)
    },
  )

  it('deletes what is no longer part of it only when that was confirmed', { timeout: 200_000 }, async () => {
    succeeded(await maya.deploy(scope, 'loadBalancer: { enabled: true }'))
    const listed = await maya.deployments.plan(scope, wanted())
    expect(listed.prune).toEqual([{ id: 'v1 ConfigMap extra', kind: 'ConfigMap', name: 'extra', detail: expect.any(String) as string }]) // prettier-ignore
    await expect(maya.deployments.apply(scope, listed.id, { prune: ['v1 ConfigMap settings'] })).rejects.toMatchObject({ code: 'BAD_INPUT' }) // prettier-ignore
    succeeded(await maya.ended(maya.deployments.apply(scope, listed.id)))
    expect(await named('ConfigMap')).toContain('extra')
    // It was declined once; it is not listed again, because it is of no release any more, but it is drift.
    expect((await maya.drift.check(scope)).objects.map(({ id, state }) => `${id} ${state}`)).toEqual(['v1 ConfigMap extra unexpected']) // prettier-ignore
    succeeded(await maya.deploy(scope, 'loadBalancer: { enabled: true }'))
    const again = await maya.deployments.plan(scope, wanted())
    const task = await maya.ended(maya.deployments.apply(scope, again.id, { prune: ['v1 ConfigMap extra'] }))
    expect(succeeded(task).steps.find(({ id }) => id === 'prune')?.detail).toBe('1 object deleted.')
    expect(await named('ConfigMap')).not.toContain('extra')
  })

  it('stops at a broken image with the reason, and is undone', { timeout: 200_000 }, async () => {
    succeeded(await maya.deploy(scope))
    const task = await maya.deploy(scope, 'images: { redis: no-such-image }\nloadBalancer: { enabled: true }')
    expect(task).toMatchObject({ state: 'failed', fault: { code: 'DEPLOY_FAILED' } })
    expect(task.fault?.message).toContain('no-such-image')
    const { unfinished, installed } = await maya.deployments.status(scope)
    expect(unfinished).toMatchObject({ stage: 'Backend, MCP and agents', fault: { code: 'DEPLOY_FAILED' } })
    expect(installed).toMatchObject({ values: '' })
    succeeded(await maya.ended(maya.deployments.undo(scope, unfinished?.id ?? '')))
    expect(await named('ConfigMap')).not.toContain('extra')
    expect((await maya.releases.list(scope)).map(({ state }) => state)).toEqual(['undone', 'done'])
    expect((await maya.drift.check(scope)).objects).toEqual([])
    await expect(maya.deployments.undo(scope, unfinished?.id ?? '')).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  it(
    'ends with the reason when a quota refuses the pods, and is resumed when it does not any more',
    { timeout: 200_000 },
    async () => {
      await createObject(connection, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: scope.namespace } })
      const plan = await maya.deployments.plan(scope, wanted())
      const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'tight', namespace: scope.namespace } }
      await createObject(connection, { ...quota, spec: { hard: { pods: '1' } } })
      const task = await maya.ended(maya.deployments.apply(scope, plan.id))
      expect(task.fault).toMatchObject({ code: 'DEPLOY_FAILED', message: expect.stringContaining('tight') as string })
      const [row] = await maya.releases.list(scope)
      await removeObject(connection, refTo('v1', 'ResourceQuota', 'tight'))
      const resumed = succeeded(await maya.ended(maya.deployments.resume(scope, row?.id ?? '')))
      expect(resumed.steps.map(({ state }) => state)).toEqual(['skipped', 'skipped', 'skipped', 'done', 'done'])
    },
  )

  it('frees a StatefulSet that waits for a pod of a broken revision', { timeout: 200_000 }, async () => {
    succeeded(await maya.deploy(scope))
    const task = await maya.deploy(scope, 'images: { postgresql: no-such-image }')
    expect(task.state).toBe('failed')
    const [row] = await maya.releases.list(scope)
    const undone = succeeded(await maya.ended(maya.deployments.undo(scope, row?.id ?? '')))
    expect(undone.log.map(({ text }) => text).join('\n')).toContain('The pod store-0 is deleted')
  })

  it(
    'leaves a field to whoever set it or takes it, as it was decided, and remembers that',
    { timeout: 200_000 },
    async () => {
      succeeded(await maya.deploy(scope))
      const theirs = { data: { GREETING: 'theirs', COLOUR: 'theirs' } }
      await patchObject(connection, refTo('v1', 'ConfigMap', 'settings'), theirs, { manager: 'kubectl-edit' })
      const values = 'hosts: { web: ours, mcp: ours }'
      const plan = await maya.deployments.plan(scope, wanted(values))
      const id = 'v1 ConfigMap settings'
      expect(resourcesIn(plan).find((each) => each.id === id)?.conflicts).toMatchObject([
        { field: 'data.COLOUR', manager: 'kubectl-edit', operation: 'Update', live: 'theirs', wanted: 'ours' },
        { field: 'data.GREETING' },
      ])
      const take = { id, field: 'data.COLOUR', choice: 'take' as const }
      const keep = { id, field: 'data.GREETING', choice: 'keep' as const }
      await expect(maya.deployments.apply(scope, plan.id, { decisions: [take] })).rejects.toMatchObject({
        code: 'DEPLOY_FAILED',
        details: { conflicts: [{ field: 'data.GREETING' }] },
      })
      expect(await maya.releases.list(scope)).toHaveLength(1)
      succeeded(await maya.ended(maya.deployments.apply(scope, plan.id, { decisions: [take, keep] })))
      expect(dataOf(await settings())).toEqual({ GREETING: 'theirs', COLOUR: 'ours' })
      expect((await maya.drift.check(scope)).objects).toEqual([])
      const next = await maya.deployments.plan(scope, wanted(values))
      const resource = resourcesIn(next).find((each) => each.id === id)
      expect(resource).toMatchObject({ action: 'same', conflicts: [] })
      expect(resource?.notes).toContain('keeps data.GREETING, which kubectl-edit set')
      const taken = { decisions: [{ ...keep, choice: 'take' as const }] }
      succeeded(await maya.ended(maya.deployments.apply(scope, next.id, taken)))
      expect(dataOf(await settings())['GREETING']).toBe('ours')
    },
  )

  it.each([
    ['keep', { name: 'GREETING', value: 'plain' }],
    ['take', { name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'settings', key: 'GREETING' } } }],
  ] as const)(
    'can %s a variable that somebody gave a value of its own',
    { timeout: 100_000 },
    async (choice, result) => {
      succeeded(await maya.deploy(scope))
      const env = [{ name: 'GREETING', value: 'plain', valueFrom: null }]
      const patch = { spec: { template: { spec: { containers: [{ name: 'web', env }] } } } }
      const web = refTo('apps/v1', 'Deployment', 'web')
      await patchObject(connection, web, patch, { type: 'strategic', manager: 'kubectl-edit' })
      const plan = await maya.deployments.plan(scope, wanted())
      const conflicts = resourcesIn(plan).flatMap(({ id, conflicts: own }) => own.map(({ field }) => ({ id, field })))
      expect(conflicts).toEqual([
        { id: 'apps/v1 Deployment web', field: 'spec.template.spec.containers[web].env[GREETING].valueFrom' },
      ])
      const decisions = conflicts.map((conflict) => ({ ...conflict, choice }))
      succeeded(await maya.ended(maya.deployments.apply(scope, plan.id, { decisions })))
      const { template } = (await getObject(connection, web)).spec as typeof patch.spec
      expect(template.spec.containers[0]?.env).toEqual([result])
      expect((await maya.drift.check(scope)).objects).toEqual([])
      expect(resourcesIn(await maya.deployments.plan(scope, wanted())).every(({ action }) => action === 'same')).toBe(
        true,
      )
    },
  )
})
