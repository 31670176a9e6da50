import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { apply, getObject, removeObject, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { testNamespace, type TestNamespace } from '../../../testing/testNamespace.ts'
import { noRules } from '../applyRules.ts'
import { refOf } from '../../../objects/objects.ts'
import { applyObject } from '../run/applyObject.ts'
import { readFacts } from './clusterFacts.ts'
import { tryObject } from './tryObject.ts'

let place: TestNamespace
let connection: ClusterConnection
let namespace = ''

beforeAll(async () => {
  place = await testNamespace('try-test')
  connection = place.connection
  namespace = place.scope.namespace
})
afterAll(() => place.stop())

const object = (apiVersion: string, kind: string, name: string, more: Record<string, unknown>): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name, namespace },
  ...more,
})
/** Tables of objects are made before there is a namespace. */
const placed = ({ metadata, ...rest }: KubeObject): KubeObject => ({ ...rest, metadata: { ...metadata, namespace } })
const template = (app: string, image = 'busybox:1') => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'c', image, command: ['sh', '-c', 'exec sleep 86400'] }] },
})
const deployment = (app: string, image?: string) =>
  object('apps/v1', 'Deployment', 'web', {
    spec: { replicas: 2, selector: { matchLabels: { app } }, template: template(app, image) },
  })
const statefulSet = (serviceName: string, size: string, app = 'store') =>
  object('apps/v1', 'StatefulSet', 'store', {
    spec: {
      replicas: 1,
      serviceName,
      selector: { matchLabels: { app } },
      template: template(app),
      volumeClaimTemplates: [
        {
          metadata: { name: 'data' },
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: size } } },
        },
      ],
    },
  })
const claim = (storage: string) =>
  object('v1', 'PersistentVolumeClaim', 'disk', {
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  })

async function tried(live: KubeObject, wanted: KubeObject) {
  await apply(connection, live, { force: true })
  const facts = await readFacts(connection, namespace)
  return tryObject(connection, wanted, { namespaceExists: true, facts, all: [wanted], rulesOf: () => noRules })
}
const circumstances = {
  rules: noRules,
  isReplaced: true,
  signal: new AbortController().signal,
  onWait: () => undefined,
}

describe('what cannot be changed in place', () => {
  it('is replaced where that loses nothing but time, and the plan says what is lost', async () => {
    const { resource, blocker } = await tried(deployment('old'), deployment('new'))
    expect(blocker).toBeUndefined()
    expect(resource).toMatchObject({
      action: 'replace',
      notes: [expect.stringContaining('2 pods end before new ones')],
    })
    expect(resource.fields.find(({ path }) => path === 'spec.selector.matchLabels.app')).toMatchObject({
      before: 'old',
      after: 'new',
      effect: 'cannot be changed in place',
    })
    const { uid } = (await getObject(connection, refOf(deployment('new')))).metadata
    await expect(applyObject(connection, deployment('new'), { ...circumstances, isReplaced: false })).rejects.toThrow()
    const notes = await applyObject(connection, deployment('new'), circumstances)
    expect(notes.join()).toContain('was deleted and re-created')
    expect((await getObject(connection, refOf(deployment('new')))).metadata.uid).not.toBe(uid)
  })

  it('is replaced under its pods where it is a StatefulSet', async () => {
    const { resource } = await tried(statefulSet('store', '1Gi'), statefulSet('other', '1Gi'))
    expect(resource).toMatchObject({ action: 'replace', notes: [expect.stringContaining('pods and volumes stay')] })
  })

  it.each([
    [
      'claims of a StatefulSet that exist',
      statefulSet('store', '1Gi'),
      statefulSet('store', '2Gi'),
      '--cascade=orphan',
    ],
    ['a claim', claim('1Gi'), object('v1', 'PersistentVolumeClaim', 'disk', { spec: { accessModes: ['ReadWriteMany'], resources: { requests: { storage: '1Gi' } } } }), 'without losing its data'], // prettier-ignore
    ['a smaller volume', claim('2Gi'), claim('1Gi'), 'A volume cannot be made smaller: disk has 2Gi'],
  ])('is refused for %s, with what to do instead', async (_what, ...objects) => {
    const [live, wanted] = [placed(objects[0]), placed(objects[1])]
    const words = objects[2]
    await removeObject(connection, refOf(live))
    const { resource, blocker } = await tried(live, wanted)
    expect(resource.action).toBe('refused')
    expect(blocker?.message).toContain(words)
  })
})

describe('what a change means', () => {
  it('is said of the pods, the budget that covers them, and each field', async () => {
    const budget = object('policy/v1', 'PodDisruptionBudget', 'web', {
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: 'new' } } },
    })
    await apply(connection, budget)
    await connection.request('PATCH', `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets/web/status`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { status: { disruptionsAllowed: 0 } },
    })
    const { resource } = await tried(deployment('new'), deployment('new', 'busybox:1.36'))
    expect(resource.fields).toEqual([
      {
        path: 'spec.template.spec.containers[c].image',
        before: 'busybox:1',
        after: 'busybox:1.36',
        effect: 'restarts the pods',
      },
    ])
    expect(resource.notes[0]).toBe('restarts 2 pods, at most 1 more and 0 fewer than wanted at a time (rolling update)')
    expect(resource.notes[1]).toMatch(/^PodDisruptionBudget web allows (no|1) disruption now; it binds drains/)
  })

  it('is said of a quota that is smaller than what is used', async () => {
    const quota = (pods: string) => object('v1', 'ResourceQuota', 'quota', { spec: { hard: { configmaps: pods } } })
    await apply(connection, quota('10'))
    await connection.request('PATCH', `/api/v1/namespaces/${namespace}/resourcequotas/quota/status`, {
      headers: { 'content-type': 'application/merge-patch+json' },
      body: { status: { used: { configmaps: '4' } } },
    })
    const facts = await readFacts(connection, namespace)
    const around = { namespaceExists: true, facts, all: [], rulesOf: () => noRules }
    const { resource } = await tryObject(connection, quota('0'), around)
    expect(resource.notes.join()).toMatch(/configmaps: \d is used and 0 would be allowed; what runs stays/)
  })
})
