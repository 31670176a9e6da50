import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ConfigurationEdit, EditableKind } from '#shared/contract/configuration.ts'
import { getObject, patchObject, type KubeObject } from '../../kube/index.ts'
import { untilRolledOut } from '../../objects/rolloutWait.ts'
import { rowsOf } from '../../testing/configurationRows.ts'
import { testNamespace, workloadSpec, type TestNamespace } from '../../testing/testNamespace.ts'
import { until } from '../../testing/until.ts'
import { Configuration } from './configuration.ts'
import { keptSecretName, writeKept } from './previous.ts'
import { contentOf, keyOfText } from './content.ts'
import { refOf, type ConfigurationName } from './kinds.ts'

let place: TestNamespace
let configuration: Configuration

beforeAll(async () => {
  place = await testNamespace('configuration')
  configuration = new Configuration({ tasks: place.tasks, directory: place.directory, host: { user: 'maya' } })
})
afterAll(() => place.stop())

const nameOf = (kind: EditableKind, name: string): ConfigurationName => ({ ...place.scope, kind, name })
const live = (name: ConfigurationName) => getObject(place.connection, refOf(name))
const data = (object: KubeObject) => object['data'] as Record<string, string>
const set = (values: Record<string, string>, remove: string[] = []): ConfigurationEdit => ({
  of: 'keys',
  set: values,
  remove,
})
async function change(name: ConfigurationName, edit: ConfigurationEdit): Promise<void> {
  const { resourceVersion } = await configuration.detail(name)
  await configuration.change(name, edit, resourceVersion)
}
async function object(kind: EditableKind, name: string, fields: object): Promise<ConfigurationName> {
  const apiVersion = kind === 'HorizontalPodAutoscaler' ? 'autoscaling/v2' : 'v1'
  await place.create({ apiVersion, kind, metadata: { name }, ...fields })
  return nameOf(kind, name)
}

describe('a ConfigMap', () => {
  let name: ConfigurationName
  beforeAll(async () => {
    name = await object('ConfigMap', 'settings', {
      data: { LEVEL: 'info', 'app.conf': 'a=1' },
      binaryData: { logo: 'AP8=' },
    })
    const valueFrom = { configMapKeyRef: { name: 'settings', key: 'LEVEL' } }
    const volumes = [{ name: 'files', configMap: { name: 'settings', items: [{ key: 'app.conf', path: 'app.conf' }] } }]
    const volumeMounts = [{ name: 'files', mountPath: '/etc/app' }]
    const spec = {
      reader: workloadSpec('reader', 1, { env: [{ name: 'LEVEL', valueFrom }] }),
      mounter: workloadSpec('mounter', 1, { volumeMounts }, { volumes }),
    }
    for (const [workload, wanted] of Object.entries(spec)) {
      await place.create({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: workload }, spec: wanted })
      await untilRolledOut(place.connection, {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: place.scope.namespace,
        name: workload,
      })
    }
  })

  it('is listed with its keys, its size and the workloads that read it', async () => {
    const rows = rowsOf(await configuration.list(place.scope))
    const row = rows.find(({ kind, name: each }) => kind === 'ConfigMap' && each === 'settings')
    expect(row).toMatchObject({
      keys: ['LEVEL', 'app.conf', 'logo'],
      usedBy: { state: 'known', value: ['Deployment mounter', 'Deployment reader'] },
    })
    expect(row?.bytes).toBe('LEVELinfo'.length + 'app.confa=1'.length + 'logo'.length + 2)
    expect(rows.map((each) => each.name)).not.toContain('kube-root-ca.crt')
    const { keys, yaml } = await configuration.detail(name)
    expect(keys).toContainEqual({ key: 'logo', value: 'AP8=', bytes: 2, isBinary: true })
    expect(yaml).toBe('LEVEL: info\napp.conf: a=1\n')
  })

  it('says which pods must restart: environment does, files follow by themselves, untouched keys concern nobody', async () => {
    expect((await configuration.impact(name, set({ LEVEL: 'debug' }))).effects).toEqual([
      'Deployment reader reads it as environment: its 1 pod must restart to notice.',
    ])
    expect((await configuration.impact(name, set({ 'app.conf': 'a=2' }))).effects).toEqual([
      'Deployment mounter mounts it as files: they change by themselves within about a minute.',
    ])
    expect((await configuration.impact(name, set({ OTHER: 'x' }))).effects[0]).toMatch(/nothing notices/)
    const removed = await configuration.impact(name, set({}, ['LEVEL']))
    expect(removed.warnings[0]).toMatch(/Deployment reader needs LEVEL: without it its pods do not start/)
    expect(removed.changes).toEqual([
      { path: 'data.LEVEL', before: 'info', after: '', effect: 'noticed after a restart' },
    ])
    expect(data(await live(name))['LEVEL']).toBe('info')
  })

  it('is changed by key, leaves the others and its bytes, and swaps back and forth with the previous version', async () => {
    await change(name, set({ LEVEL: 'debug', NEW: 'ä\nb' }))
    expect(data(await live(name))).toEqual({ LEVEL: 'debug', 'app.conf': 'a=1', NEW: 'ä\nb' })
    expect((await live(name))['binaryData']).toEqual({ logo: 'AP8=' })
    const row = rowsOf(await configuration.list(place.scope)).find((each) => each.name === 'settings')
    expect(row?.changedBy).toBe('agency-swarm-console-edit')
    expect(row?.previousAt).toMatchObject({ state: 'known', value: expect.any(Number) as number })
    await configuration.undo(name)
    expect(data(await live(name))).toEqual({ LEVEL: 'info', 'app.conf': 'a=1' })
    await configuration.undo(name)
    expect(data(await live(name))).toEqual({ LEVEL: 'debug', 'app.conf': 'a=1', NEW: 'ä\nb' })
  })

  it('is edited as YAML, with the line of what cannot be read', async () => {
    await change(name, { of: 'spec', yaml: 'LEVEL: warn\napp.conf: |\n  a=3\n' })
    expect(data(await live(name))).toEqual({ LEVEL: 'warn', 'app.conf': 'a=3\n' })
    const faults: [string, RegExp][] = [
      ['LEVEL: 1\n', /LEVEL must be a text/],
      ['LEVEL: a\nLEVEL: b\n', /Line 2.*unique/i],
      ['- a\n', /must be a mapping/],
      ['LEVEL: *none\n', /aliases of the YAML cannot be resolved/],
      ['LEVEL: &a [*a]\n', /must be a text|cannot be resolved/],
      ['a b: x\n', /no key that Kubernetes allows/],
    ]
    for (const [yaml, words] of faults)
      await expect(configuration.impact(name, { of: 'spec', yaml })).rejects.toThrow(words)
  })

  it('refuses an edit of what somebody else has changed meanwhile, and says who', async () => {
    const { resourceVersion } = await configuration.detail(name)
    await patchObject(place.connection, refOf(name), { data: { LEVEL: 'error' } }, { manager: 'kubectl-edit' })
    const call = configuration.change(name, set({ LEVEL: 'debug' }), resourceVersion)
    await expect(call).rejects.toMatchObject({ code: 'CONFLICT', details: { changedBy: 'kubectl-edit' } })
    expect(data(await live(name))['LEVEL']).toBe('error')
  })

  it('continues with an undo that was interrupted before it put the earlier version back', async () => {
    const wanted = { keys: { LEVEL: keyOfText('restored') } }
    await writeKept(place.connection, name, { content: contentOf(await live(name)), restoring: wanted }, 'maya')
    await configuration.undo(name)
    expect(data(await live(name))).toEqual({ LEVEL: 'restored' })
  })

  it('restarts the readers that need it, one after the other', async () => {
    await configuration.change(name, set({ 'app.conf': 'a=4' }), (await configuration.detail(name)).resourceVersion)
    const task = await place.ended(await configuration.restartReaders(name))
    expect(task).toMatchObject({ kind: 'rollout', state: 'done', steps: [{ id: 'Deployment/reader', state: 'done' }] })
  })
})

describe('a Secret', () => {
  let name: ConfigurationName
  beforeAll(async () => {
    name = await object('Secret', 'credentials', { stringData: { PASSWORD: 'hunter2' }, data: { blob: '/w==' } })
  })

  it('shows keys and lengths, and a value only when one is asked for', async () => {
    const told = JSON.stringify([rowsOf(await configuration.list(place.scope)), await configuration.detail(name)])
    expect(told).not.toMatch(/hunter2|aHVudGVyMg/)
    expect((await configuration.detail(name)).keys).toEqual([
      { key: 'blob', value: '', bytes: 1, isBinary: true },
      { key: 'PASSWORD', value: '', bytes: 7, isBinary: false },
    ])
    expect(await configuration.reveal(place.scope, 'credentials', 'PASSWORD')).toEqual({
      value: 'hunter2',
      isBinary: false,
    })
    expect(await configuration.reveal(place.scope, 'credentials', 'blob')).toEqual({ value: '/w==', isBinary: true })
    await expect(configuration.reveal(place.scope, 'credentials', 'constructor')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  it('is changed and undone without a value in impact or errors', async () => {
    const impact = await configuration.impact(name, set({ PASSWORD: 'correct horse' }))
    expect(impact.changes).toEqual([
      { path: 'data.PASSWORD', before: '7 bytes, not shown', after: '13 bytes, not shown', effect: '' },
    ])
    await change(name, set({ PASSWORD: 'correct horse' }))
    expect(await configuration.reveal(place.scope, 'credentials', 'PASSWORD')).toMatchObject({ value: 'correct horse' })
    await configuration.undo(name)
    expect(await configuration.reveal(place.scope, 'credentials', 'PASSWORD')).toMatchObject({ value: 'hunter2' })
    const tooLarge = await configuration
      .impact(name, set({ LARGE: 'correct horse'.repeat(90_000) }))
      .catch((error: unknown) => error)
    expect(tooLarge).toMatchObject({ code: 'BAD_INPUT', message: expect.stringMatching(/1 MiB/) as string })
    expect(JSON.stringify(tooLarge)).not.toContain('horse')
  })

  it('keeps the previous version out of the list, and out of reach', async () => {
    const kept = keptSecretName('Secret', 'credentials')
    expect(rowsOf(await configuration.list(place.scope)).map((row) => row.name)).not.toContain(kept)
    await expect(configuration.reveal(place.scope, kept, 'content')).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  it('says what a new database password alone would do', async () => {
    const impact = await configuration.impact(name, set({ POSTGRES_PASSWORD: 'new' }))
    expect(impact.warnings[0]).toMatch(/the database keeps the password it has/)
  })

  it('refuses what is immutable, with the remedy', async () => {
    const fixed = await object('Secret', 'fixed', { immutable: true, stringData: { A: '1' } })
    await expect(change(fixed, set({ A: '2' }))).rejects.toThrow(/immutable. Create another one with the new content/)
  })

  it('has no version before until it is edited', async () => {
    const fresh = await object('Secret', 'fresh', { stringData: { A: '1' } })
    await expect(configuration.undo(fresh)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

it('edits a quota below what is in use with a warning, and puts it back', async () => {
  const name = await object('ResourceQuota', 'pods', { spec: { hard: { pods: '50', 'requests.cpu': '4' } } })
  await until(
    async () => Number((await live(name)).status?.['used'] && rowsOf(await configuration.list(place.scope)).length) > 0,
    'the count',
  )
  const edit: ConfigurationEdit = { of: 'spec', yaml: 'hard:\n  pods: 1\n' }
  const impact = await configuration.impact(name, edit)
  expect(impact.warnings[0]).toMatch(/^pods: \d+ is in use already, more than 1. What runs keeps running/)
  await change(name, edit)
  expect((await live(name)).spec).toEqual({ hard: { pods: '1' } })
  await configuration.undo(name)
  expect((await live(name)).spec).toEqual({ hard: { pods: '50', 'requests.cpu': '4' } })
  await expect(configuration.impact(name, { of: 'spec', yaml: 'hrad: { pods: 1 }' })).rejects.toMatchObject({
    code: 'BAD_INPUT',
  })
})

it('edits limits', async () => {
  const name = await object('LimitRange', 'limits', {
    spec: { limits: [{ type: 'Container', default: { cpu: '100m' } }] },
  })
  const edit: ConfigurationEdit = { of: 'spec', yaml: 'limits:\n  - type: Container\n    default: { cpu: 200m }\n' }
  expect((await configuration.impact(name, edit)).effects[0]).toMatch(/created from now on/)
  await change(name, edit)
  const row = rowsOf(await configuration.list(place.scope)).find(({ kind }) => kind === 'LimitRange')
  expect(row?.summary).toMatch(/Container default cpu 200m/)
})

it('edits an autoscaler, while its status changes all the time, and refuses what makes no sense', async () => {
  const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'reader' }
  const metrics = [
    { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } },
  ]
  const name = await object('HorizontalPodAutoscaler', 'reader', {
    spec: { scaleTargetRef: target, minReplicas: 1, maxReplicas: 2, metrics },
  })
  const { resourceVersion, yaml, row } = await configuration.detail(name)
  expect(row).toMatchObject({
    summary: 'min 1, max 2, cpu 70%',
    usedBy: { state: 'known', value: ['Deployment reader'] },
  })
  await patchObject(place.connection, refOf(name), { metadata: { annotations: { touched: 'yes' } } })
  await configuration.change(
    name,
    { of: 'spec', yaml: yaml.replace('maxReplicas: 2', 'maxReplicas: 3') },
    resourceVersion,
  )
  expect((await live(name)).spec).toMatchObject({ maxReplicas: 3 })
  const wrong: [string, RegExp][] = [
    [yaml.replace('minReplicas: 1', 'minReplicas: 5'), /minReplicas 5 is more than maxReplicas 2/],
    [yaml.replace('maxReplicas: 2', 'maxReplicas: many'), /whole number/],
    [yaml.replace(/metrics:[^]*/, 'metrics: []\n'), /at least one/],
  ]
  for (const [text, words] of wrong)
    await expect(configuration.impact(name, { of: 'spec', yaml: text })).rejects.toThrow(words)
})
