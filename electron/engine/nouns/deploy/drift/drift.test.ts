import { afterAll, beforeAll, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import {
  createObject,
  editFieldManager,
  getObject,
  patchObject,
  removeObject,
  type ClusterConnection,
  type KubeObject,
} from '../../../kube/index.ts'
import { connectTo } from '../../../testing/connectTo.ts'
import { resourcesIn, succeeded, testConsole, type TestConsole } from '../testing/console.ts'
import { smallBundle, type SmallBundle } from '../testing/smallBundle.ts'

let cluster: TestCluster
let connection: ClusterConnection
let bundle: SmallBundle
let maya: TestConsole
const namespace = `drift-test-${process.pid}`
const scope = { context: 'context:test', namespace }
const patient = 120_000

beforeAll(async () => {
  cluster = await startCluster()
  connection = connectTo(cluster)
  bundle = await smallBundle()
  maya = await testConsole({ connection, resourcesDirectory: bundle.path })
  await maya.deploy(scope)
}, patient)
afterAll(async () => {
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: namespace })
  await connection.close()
  await cluster.stop()
  await bundle.remove()
  await maya.remove()
})

const settings = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'settings' }
const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: 'web' }
const dataOf = (object: KubeObject) => object['data'] as Record<string, string>
const stateOf = async () => (await maya.drift.check(scope)).objects.map(({ id, state }) => `${id} ${state}`)
const plan = (values = '') => maya.deployments.plan(scope, { profile: 'sandbox', version: '0.1.0', values })
const stray = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'stray', namespace, labels: { 'app.kubernetes.io/part-of': 'agency-swarm' } },
  data: { by: 'somebody' },
}

it('finds nothing after a deployment, and nothing where nothing was deployed', async () => {
  expect(await maya.drift.check(scope)).toMatchObject({ compared: 5, objects: [] })
  const elsewhere = { ...scope, namespace: `${namespace}-none` }
  expect(await maya.drift.check(elsewhere)).toMatchObject({ release: null, compared: 0, objects: [] })
})

it('says what was changed, by whom and when, and what reverting would do', async () => {
  await patchObject(connection, settings, { data: { GREETING: 'edited' } }, { manager: editFieldManager })
  const env = [{ name: 'GREETING', value: 'plain', valueFrom: null }]
  const template = { spec: { containers: [{ name: 'web', image: 'busybox:1.36', env }] } }
  await patchObject(connection, web, { spec: { template } }, { type: 'strategic', manager: 'kubectl-edit' })
  const { objects } = await maya.drift.check(scope)
  expect(objects.find(({ id }) => id === 'v1 ConfigMap settings')).toMatchObject({
    state: 'changed',
    fields: [
      { path: 'data.GREETING', before: 'hello', after: 'edited', manager: editFieldManager, operation: 'Update' },
    ],
    notes: [],
  })
  const deployment = objects.find(({ id }) => id === 'apps/v1 Deployment web')
  expect(deployment?.fields.map(({ path, manager }) => `${path} ${manager}`)).toContain(
    'spec.template.spec.containers[web].image kubectl-edit',
  )
  expect(deployment?.notes[0]).toContain('restarts 1 pod')
  expect(deployment?.fields.every(({ at }) => at !== undefined && Math.abs(Date.now() - at) < 600_000)).toBe(true)
})

it('takes what is live into the release, and later deployments keep it', { timeout: patient }, async () => {
  await maya.drift.adopt(scope, ['v1 ConfigMap settings'])
  expect(await stateOf()).toEqual(['apps/v1 Deployment web changed'])
  const [row] = await maya.releases.list(scope)
  expect(row).toMatchObject({ kind: 'adopt', state: 'done', isCurrent: true, stage: '' })
  const next = await plan('hosts: { web: new }')
  // Its field is adopted; the other one follows the values.
  expect(resourcesIn(next).find(({ id }) => id === 'v1 ConfigMap settings')).toMatchObject({
    action: 'same',
    conflicts: [],
  })
  const variable = 'spec.template.spec.containers[web].env[GREETING].valueFrom'
  const asked = resourcesIn(next).find(({ id }) => id === 'apps/v1 Deployment web')
  expect(asked?.conflicts.find(({ field }) => field === variable)).toMatchObject({
    manager: 'kubectl-edit',
    live: 'plain',
    wanted: expect.stringContaining('configMapKeyRef') as string,
  })
})

it('puts the release back over what others set', { timeout: patient }, async () => {
  await maya.drift.revert(scope, ['apps/v1 Deployment web'])
  expect(await stateOf()).toEqual([])
  const { template } = (await getObject(connection, web)).spec as { template: { spec: { containers: [{ env: object[] }] } } } // prettier-ignore
  expect(template.spec.containers[0].env).toEqual([
    { name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'settings', key: 'GREETING' } } },
  ])
  await expect(maya.drift.revert(scope, ['apps/v1 Deployment web'])).rejects.toMatchObject({ code: 'BAD_INPUT' })
})

it('finds what is missing and what nobody deployed; makes the one again and deletes the other', async () => {
  await removeObject(connection, settings)
  await createObject(connection, stray)
  expect(await stateOf()).toEqual(['v1 ConfigMap settings missing', 'v1 ConfigMap stray unexpected'])
  await maya.drift.revert(scope, ['v1 ConfigMap settings', 'v1 ConfigMap stray'])
  expect(await stateOf()).toEqual([])
  // As it was adopted, not as the bundle says.
  expect(dataOf(await getObject(connection, settings))['GREETING']).toBe('edited')
})

it('does not delete a secret or a volume that nobody deployed, and says that nothing was changed', async () => {
  const secret = { ...stray, kind: 'Secret' }
  await createObject(connection, stray)
  await createObject(connection, secret)
  await expect(maya.drift.revert(scope, ['v1 ConfigMap stray', 'v1 Secret stray'])).rejects.toMatchObject({
    code: 'BAD_INPUT',
    message: expect.stringContaining('Delete it by hand') as string,
  })
  expect(await stateOf()).toEqual(['v1 ConfigMap stray unexpected', 'v1 Secret stray unexpected'])
  await removeObject(connection, { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: 'stray' })
  await removeObject(connection, { apiVersion: 'v1', kind: 'Secret', namespace, name: 'stray' })
})

it('adopts that something is gone and that something is there', { timeout: patient }, async () => {
  await removeObject(connection, settings)
  await createObject(connection, stray)
  await maya.drift.adopt(scope, ['v1 ConfigMap settings', 'v1 ConfigMap stray'])
  expect(await stateOf()).toEqual([])
  const next = await plan()
  const ids = resourcesIn(next).map(({ id, action }) => `${id} ${action}`)
  expect(ids).toContain('v1 ConfigMap stray same')
  expect(ids.join()).not.toContain('settings')
  expect(next.prune).toEqual([])
})

it('does not take the changed value of a secret for drift', async () => {
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace, name: 'secrets' }
  await patchObject(connection, secret, { data: { PASSWORD: 'bmV3' } }, { manager: editFieldManager })
  expect(await stateOf()).toEqual([])
  expect(dataOf(await getObject(connection, secret))['PASSWORD']).toBe('bmV3')
})

it('undoes an adoption: what was adopted is drift again', { timeout: patient }, async () => {
  const [newest] = await maya.releases.list(scope)
  succeeded(await maya.ended(maya.deployments.undo(scope, newest?.id ?? '')))
  expect(await stateOf()).toEqual(['v1 ConfigMap settings missing', 'v1 ConfigMap stray unexpected'])
})
