import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WorkloadChange } from '#shared/contract/rollouts.ts'
import { getObject, removeObject } from '../../kube/index.ts'
import { untilRolledOut } from '../../objects/rolloutWait.ts'
import { testNamespace, workloadSpec, type TestNamespace } from '../../testing/testNamespace.ts'
import { until } from '../../testing/until.ts'
import { Rollouts } from './rollouts.ts'
import { refOf, type Workload, type WorkloadKind, type WorkloadName } from './workload.ts'

let place: TestNamespace
let rollouts: Rollouts

beforeAll(async () => {
  place = await testNamespace('rollouts')
  rollouts = new Rollouts({ tasks: place.tasks, directory: place.directory, host: { user: 'maya' } })
})
afterAll(() => place.stop())

const nameOf = (kind: WorkloadKind, name: string): WorkloadName => ({ ...place.scope, kind, name })
const live = async (name: WorkloadName) => (await getObject(place.connection, refOf(name))) as Workload
const change = async (name: WorkloadName, what: WorkloadChange) => place.ended(await rollouts.change(name, what))

async function workload(kind: WorkloadKind, name: string, replicas: number, more: object = {}, container: object = {}) {
  const spec = { ...workloadSpec(name, replicas, container), ...more }
  await place.create({ apiVersion: 'apps/v1', kind, metadata: { name }, spec })
  const found = nameOf(kind, name)
  await untilRolledOut(place.connection, refOf(found))
  return found
}

describe('a Deployment', () => {
  let web: WorkloadName
  beforeAll(async () => {
    web = await workload('Deployment', 'web', 2, {}, { env: [{ name: 'MODE', value: 'one' }] })
  })

  it('says what a new image does before it does it, and changes nothing by saying so', async () => {
    const wanted: WorkloadChange = { do: 'setImage', images: [{ container: 'app', image: 'busybox:1.37' }] }
    const before = await live(web)
    const impact = await rollouts.impact(web, wanted)
    expect(impact.effects).toEqual([
      '2 pods of web restart: at most 1 more and 0 fewer than wanted at a time (rolling update).',
    ])
    expect(impact.changes).toContainEqual({
      path: 'spec.template.spec.containers[app].image',
      before: before.spec?.template?.spec?.containers[0]?.image,
      after: 'busybox:1.37',
      effect: 'restarts the pods',
    })
    expect(impact).toMatchObject({ canUndo: true, undo: 'Undo returns to revision 1.' })
    expect((await live(web)).metadata.generation).toBe(before.metadata.generation)
  })

  it('sets an image under its own field manager, records the cause, and is undone to the revision before', async () => {
    const first = (await live(web)).spec?.template?.spec?.containers[0]?.image ?? ''
    const done = await change(web, {
      do: 'setImage',
      images: [{ container: 'app', image: first.replace('1.36', '1.35') }],
    })
    expect(done).toMatchObject({ kind: 'rollout', state: 'done', result: { previousRevision: '1', name: 'web' } })
    const managers = ((await live(web)).metadata.managedFields as { manager: string }[]).map(({ manager }) => manager)
    expect(managers).toContain('agency-swarm-console-edit')
    const { revisions } = await rollouts.detail(web)
    expect(revisions.map(({ revision, isCurrent }) => [revision, isCurrent])).toEqual([
      [2, true],
      [1, false],
    ])
    expect(revisions[0]?.cause).toMatch(/^image app=.*busybox:1.35 by maya$/)

    expect(await change(web, { do: 'undo', revision: 1 })).toMatchObject({ state: 'done' })
    const after = await rollouts.detail(web)
    expect(after.containers[0]?.image).toBe(first)
    expect(after.revisions.find(({ isCurrent }) => isCurrent)).toMatchObject({
      revision: 3,
      cause: 'undo to revision 1 by maya',
    })
    await expect(rollouts.change(web, { do: 'undo', revision: 3 })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(rollouts.change(web, { do: 'undo', revision: 99 })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('holds changes while it is paused, refuses undo and restart meanwhile, and rolls when it is resumed', async () => {
    await change(web, { do: 'pause' })
    expect((await rollouts.detail(web)).isPaused).toBe(true)
    await expect(rollouts.change(web, { do: 'pause' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(rollouts.change(web, { do: 'undo', revision: 2 })).rejects.toThrow(/is paused/)
    await expect(rollouts.change(web, { do: 'restart' })).rejects.toThrow(/is paused/)
    const set: WorkloadChange = {
      do: 'setEnvironment',
      container: 'app',
      set: [{ name: 'MODE', value: 'two' }],
      remove: [],
    }
    expect((await rollouts.impact(web, set)).effects[0]).toMatch(/no pod restarts until it is resumed/)
    expect((await change(web, set)).steps.at(-1)?.detail).toMatch(/waits until it is resumed/)
    expect((await rollouts.impact(web, { do: 'resume' })).effects[0]).toMatch(/rolls out now/)
    expect(await change(web, { do: 'resume' })).toMatchObject({ state: 'done' })
    const { containers, revisions } = await rollouts.detail(web)
    expect(containers[0]?.environment).toEqual([{ name: 'MODE', value: 'two', from: '' }])
    expect(revisions[0]).toMatchObject({ isCurrent: true, cause: 'environment of app: MODE by maya' })
  })

  it('restarts: the same template, new pods, and no way back', async () => {
    const before = (await rollouts.detail(web)).revisions[0]?.revision ?? 0
    expect(await rollouts.impact(web, { do: 'restart' })).toMatchObject({ canUndo: false })
    expect(await change(web, { do: 'restart' })).toMatchObject({ state: 'done' })
    expect((await rollouts.detail(web)).revisions[0]).toMatchObject({ revision: before + 1, cause: 'restart by maya' })
  })

  it('scales through the scale subresource and knows the number before', async () => {
    expect((await rollouts.impact(web, { do: 'scale', replicas: 3 })).effects).toEqual([
      '1 pod of web is started: 2 become 3.',
    ])
    expect(await change(web, { do: 'scale', replicas: 3 })).toMatchObject({
      state: 'done',
      result: { previousReplicas: '2' },
    })
    expect((await rollouts.detail(web)).replicas).toEqual({ desired: 3, updated: 3, ready: 3 })
    const zero = await rollouts.impact(web, { do: 'scale', replicas: 0 })
    expect(zero.warnings).toContain('web is unavailable until it is scaled up again.')
    await change(web, { do: 'scale', replicas: 2 })
  })

  // A second try of this test finds the workload as the first one left it: it breaks it with another image, and returns to the same revision.
  const tried = { images: 0, sound: 0 }
  it('ends the watching of an earlier change when a newer one of the same workload is made', async () => {
    tried.sound ||= (await rollouts.detail(web)).revisions[0]?.revision ?? 0
    const broken = await rollouts.change(web, {
      do: 'setImage',
      images: [{ container: 'app', image: `nowhere/absent:${(tried.images += 1)}` }],
    })
    await until(async () => (await rollouts.detail(web)).rollout.includes('Image'), 'the image to be missed')
    const undone = await change(web, { do: 'undo', revision: tried.sound })
    expect(undone.state).toBe('done')
    expect(await place.ended(broken)).toMatchObject({ state: 'cancelled' })
  })
})

it('fails with the reason, the last log lines and what is safe when new pods do not start', async () => {
  const name = await workload('Deployment', 'crashing', 1, { progressDeadlineSeconds: 600 })
  const command: WorkloadChange = {
    do: 'setEnvironment',
    container: 'app',
    set: [{ name: 'FAIL', value: '1' }],
    remove: [],
  }
  await change(name, command)
  const image: WorkloadChange = { do: 'setImage', images: [{ container: 'app', image: 'nowhere/absent:1' }] }
  const task = await change(name, image)
  expect(task).toMatchObject({ state: 'failed', fault: { code: 'DEPLOY_FAILED' } })
  expect(task.fault?.message).toMatch(/Image.*The change stays as it is: undo it/s)
  expect(task.result).toMatchObject({ previousRevision: '2' })
  expect(await change(name, { do: 'undo', revision: 2 })).toMatchObject({ state: 'done' })
}, 120_000)

describe('what is refused', () => {
  let guarded: WorkloadName
  beforeAll(async () => {
    await place.create({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'keys' }, stringData: { TOKEN: 'hush' } })
    const fromSecret = { name: 'TOKEN', valueFrom: { secretKeyRef: { name: 'keys', key: 'TOKEN' } } }
    guarded = await workload('Deployment', 'guarded', 1, {}, { env: [fromSecret] })
  })

  it('a plain value where a Secret is read from', async () => {
    const set = [{ name: 'TOKEN', value: 'open' }]
    const call = rollouts.change(guarded, { do: 'setEnvironment', container: 'app', set, remove: [] })
    await expect(call).rejects.toThrow(/TOKEN of app comes from Secret keys, key TOKEN/)
    const { containers } = await rollouts.detail(guarded)
    expect(containers[0]?.environment).toEqual([{ name: 'TOKEN', value: '', from: 'Secret keys, key TOKEN' }])
  })

  it.each<[string, WorkloadChange, RegExp]>([
    [
      'a container that is not there',
      { do: 'setImage', images: [{ container: 'db', image: 'x:1' }] },
      /no container db/,
    ],
    [
      'removing a variable that is not there',
      { do: 'setEnvironment', container: 'app', set: [], remove: ['X'] },
      /no variable X/,
    ],
    [
      'an environment without a change',
      { do: 'setEnvironment', container: 'app', set: [], remove: [] },
      /Name a variable/,
    ],
    ['resuming what is not paused', { do: 'resume' }, /is not paused/],
    ['freeing what is not stuck', { do: 'unstick' }, /No pod of guarded is stuck/],
  ])('%s', async (_what, wanted, words) => {
    await expect(rollouts.change(guarded, wanted)).rejects.toThrow(words)
  })

  it('pausing a StatefulSet, scaling a DaemonSet', async () => {
    const set = await workload('StatefulSet', 'steady', 1, { serviceName: 'steady' })
    await expect(rollouts.change(set, { do: 'pause' })).rejects.toThrow(/Only a Deployment can be paused/)
    const { replicas: _, ...spec } = workloadSpec('agent', 1)
    await place.create({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec })
    const agent = nameOf('DaemonSet', 'agent')
    await expect(rollouts.change(agent, { do: 'scale', replicas: 2 })).rejects.toThrow(/it is not scaled/)
    expect(
      (await rollouts.impact(agent, { do: 'setImage', images: [{ container: 'app', image: 'busybox:1' }] })).effects[0],
    ).toMatch(/one on every node/)
  })
})

it('sets resources as a whole and says when a quota would refuse the pods', async () => {
  const name = await workload('Deployment', 'sized', 1)
  const set: WorkloadChange = {
    do: 'setResources',
    container: 'app',
    requests: { cpu: '10m' },
    limits: { memory: '64Mi' },
  }
  expect(await change(name, set)).toMatchObject({ state: 'done' })
  expect((await rollouts.detail(name)).containers[0]).toMatchObject({
    requests: { cpu: '10m' },
    limits: { memory: '64Mi' },
  })
  await place.create({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'small' },
    spec: { hard: { 'requests.cpu': '100m' } },
  })
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', namespace: place.scope.namespace, name: 'small' }
  await until(
    async () => (await getObject(place.connection, quota)).status?.['used'] !== undefined,
    'the quota to be counted',
  )
  const silent: WorkloadChange = { do: 'setResources', container: 'app', requests: {}, limits: {} }
  expect((await rollouts.impact(name, silent)).warnings.join()).toMatch(/requires requests.cpu, but app sets none/)
  const large: WorkloadChange = { do: 'setResources', container: 'app', requests: { cpu: '500m' }, limits: {} }
  const { warnings } = await rollouts.impact(name, large)
  expect(warnings.join()).toMatch(
    /Quota small has 0.\d+ of 0.1 requests.cpu left, and 1 pod more need 0.5: they would be refused/,
  )
  const scaled = await rollouts.impact(name, { do: 'scale', replicas: 60 })
  expect(scaled.warnings.join()).toMatch(/Quota small .* would be refused/)
  await removeObject(place.connection, quota)
})

it('tells the opinion of the autoscaler', async () => {
  const name = await workload('Deployment', 'elastic', 1)
  await place.create({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'elastic' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'elastic' },
      minReplicas: 1,
      maxReplicas: 3,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
      ],
    },
  })
  const warnings = async (replicas: number) => (await rollouts.impact(name, { do: 'scale', replicas })).warnings.join()
  expect(await warnings(5)).toMatch(/scales back to its maximum of 3/)
  expect(await warnings(0)).toMatch(/scaling to 0 switches it off/)
  expect(await warnings(2)).toMatch(/owns this number \(1 to 3\)/)
  expect((await rollouts.detail(name)).autoscaler).toMatchObject({ name: 'elastic', minimum: 1, maximum: 3 })
})

it('detects a StatefulSet that waits for a broken pod of an earlier revision, and frees it', async () => {
  const name = await workload('StatefulSet', 'trapped', 2, { serviceName: 'trapped' })
  const good = (await rollouts.detail(name)).revisions[0]?.revision ?? 0
  const broken = await change(name, { do: 'setImage', images: [{ container: 'app', image: 'nowhere/absent:1' }] })
  expect(broken).toMatchObject({ state: 'failed' })
  const undo = await change(name, { do: 'undo', revision: good })
  expect(undo).toMatchObject({ state: 'failed', fault: { details: { stuck: ['trapped-1'] } } })
  expect(undo.fault?.message).toMatch(/free the rollout, which deletes trapped-1/)
  const { stuck } = await rollouts.detail(name)
  expect(stuck).toMatchObject([{ pod: 'trapped-1', reason: expect.stringMatching(/Image/) as string }])
  expect((await rollouts.impact(name, { do: 'unstick' })).effects[0]).toMatch(/^trapped-1 is deleted and re-created/)
  expect(await change(name, { do: 'unstick' })).toMatchObject({ state: 'done' })
  expect(await rollouts.detail(name)).toMatchObject({ stuck: [], replicas: { desired: 2, ready: 2 } })
}, 180_000)

it('goes back by the recorded template of a StatefulSet, so that what was added since goes away', async () => {
  const name = await workload('StatefulSet', 'stateful', 1, { serviceName: 'stateful' })
  await change(name, { do: 'setEnvironment', container: 'app', set: [{ name: 'ADDED', value: '1' }], remove: [] })
  expect((await rollouts.detail(name)).containers[0]?.environment).toHaveLength(1)
  expect(await change(name, { do: 'undo', revision: 1 })).toMatchObject({ state: 'done' })
  expect((await rollouts.detail(name)).containers[0]?.environment).toEqual([])
})
