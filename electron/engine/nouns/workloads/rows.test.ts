import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { eventRow } from '#shared/contract/events.ts'
import { podRow } from '#shared/contract/pods.ts'
import { workloadRow } from '#shared/contract/workloads.ts'
import type { KubeObject } from '../../kube/index.ts'
import type { Kind } from '../../objects/kind.ts'
import { podKind } from '../../objects/pods/podFacts.ts'
import { eventKind } from './eventRow.ts'
import { containerFacts } from './podDetail.ts'
import { mapKinds, mapPod, serviceMap } from './serviceMap.ts'
import { workloadKinds } from './workloadRow.ts'

const time = '2026-11-23T10:00:00Z'
const metadata: KubeObject['metadata'] = {
  name: 'web',
  namespace: 'shop',
  uid: 'u',
  resourceVersion: '1',
  creationTimestamp: time,
  labels: { app: 'web' },
  annotations: { 'deployment.kubernetes.io/revision': '3' },
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-1', uid: 'o', controller: true }],
}
const container = {
  name: 'app',
  image: 'registry/web:1',
  env: [
    { name: 'A', value: 'redis' },
    { name: 'B', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } },
  ],
  envFrom: [{ configMapRef: { name: 'c' } }],
  ports: [{ containerPort: 80 }],
  resources: { requests: { cpu: '1', memory: '1Mi' }, limits: { cpu: '1' } },
}
const status = {
  name: 'app',
  ready: true,
  started: true,
  restartCount: 1,
  state: { running: { startedAt: time } },
  lastState: { terminated: { exitCode: 1, reason: 'Error' } },
}
const conditions = [{ type: 'Ready', status: 'True', reason: 'r', message: 'm' }]
const pod = {
  metadata,
  spec: {
    nodeName: 'n',
    containers: [container],
    initContainers: [{ ...container, name: 'proxy', restartPolicy: 'Always' }],
    ephemeralContainers: [{ name: 'debug', image: 'i' }],
  },
  status: {
    phase: 'Running',
    podIP: '10.0.0.1',
    conditions,
    containerStatuses: [status, { ...status, state: { waiting: { reason: 'CrashLoopBackOff', message: 'm' } } }],
    initContainerStatuses: [{ ...status, name: 'proxy' }],
    ephemeralContainerStatuses: [],
  },
}
const template = { spec: { containers: [container] } }
const rolled = {
  metadata,
  spec: { replicas: 2, completions: 2, schedule: '0 3 * * *', template, jobTemplate: { spec: { template } } },
  status: {
    conditions,
    readyReplicas: 1,
    updatedReplicas: 1,
    desiredNumberScheduled: 1,
    numberReady: 1,
    succeeded: 1,
    active: [{ name: 'j' }],
  },
}
const event = {
  metadata,
  type: 'Warning',
  reason: 'r',
  message: 'm',
  count: 2,
  involvedObject: { kind: 'Pod', name: 'web' },
  series: { count: 3, lastObservedTime: time },
  firstTimestamp: time,
  lastTimestamp: time,
  eventTime: time,
}
const service = { metadata, spec: { selector: { app: 'web' }, ports: [{ port: 80 }], clusterIP: '10.0.0.2' } }
const configMap = { metadata, data: { k: 'redis' } }
const policy = {
  metadata,
  spec: { podSelector: { matchLabels: { app: 'web' } }, ingress: [{ from: [{ podSelector: { matchLabels: {} } }] }] },
}

/** Each path of an object, but for its identity and what stands inside a list: Kubernetes leaves out whole fields, not elements. */
function pathsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = [...path, key]
    const isIdentity = ['metadata', 'metadata.name', 'metadata.uid'].includes(at.join('.'))
    return [...(isIdentity || Array.isArray(value) ? [] : [at]), ...pathsOf(inner, at)]
  })
}

/** A copy with one field replaced; undefined leaves it out. */
function withField(object: unknown, path: readonly string[], value: unknown): KubeObject {
  const copy = structuredClone(object) as Record<string, unknown>
  let at = copy
  for (const key of path.slice(0, -1)) at = at[key] as Record<string, unknown>
  const last = path.at(-1) ?? ''
  if (value === undefined) Reflect.deleteProperty(at, last)
  else at[last] = value
  return copy as unknown as KubeObject
}

/** The ways in which a server may say that there is nothing. */
const nothings: [string, (value: unknown) => unknown][] = [
  ['null', () => null],
  ['absent', () => undefined],
  ['empty', (value) => (Array.isArray(value) ? [] : typeof value === 'object' && value !== null ? {} : undefined)],
]
const valueAt = (object: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], object)

function variants(object: unknown): { what: string; object: KubeObject }[] {
  return pathsOf(object).flatMap((path) =>
    nothings.map(([name, make]) => ({
      what: `${path.join('.')} ${name}`,
      object: withField(object, path, make(valueAt(object, path))),
    })),
  )
}

const kinds: [string, Kind<unknown>, object, (facts: unknown) => unknown, z.ZodType | undefined][] = [
  ['Pod', podKind, pod, (facts) => (facts as ReturnType<typeof podKind.facts>).row, podRow],
  ['Event', eventKind, event, (facts) => facts, eventRow],
  ...workloadKinds.map((kind): (typeof kinds)[number] => [
    typeof kind.resource === 'string' ? kind.resource : kind.resource.kind,
    kind as Kind<unknown>,
    rolled,
    (facts) => facts,
    workloadRow,
  ]),
  ...[service, configMap, policy].map((object, index): (typeof kinds)[number] => [
    ['Service', 'ConfigMap', 'NetworkPolicy'][index] ?? '',
    mapKinds[index] as Kind<unknown>,
    object,
    (facts) => facts,
    undefined,
  ]),
]

describe.each(kinds)('%s', (kindName, kind, object, rowOf, schema) => {
  it.each(variants({ ...object, kind: kindName }))('is a row of the contract with $what', ({ object: odd }) => {
    const row = rowOf(kind.facts(odd))
    if (schema) expect(schema.parse(row)).toMatchObject({ uid: 'u' })
  })

  it.each(['soon', '', 7, '0000-99-99'])('says that a time such as %j is none', (odd) => {
    const fields = ['creationTimestamp', 'firstTimestamp', 'lastTimestamp', 'eventTime', 'lastObservedTime']
    const text = JSON.stringify(object, (key, value: unknown) => (fields.includes(key) ? odd : value))
    const row = rowOf(kind.facts({ ...(JSON.parse(text) as KubeObject), kind: kindName }))
    if (schema) {
      schema.parse(row)
      expect([null, undefined]).toContain((row as { createdAt?: unknown; lastAt?: unknown }).createdAt)
    }
  })

  it('has a row for what cannot be read', () => {
    const row = rowOf(kind.unreadable({ apiVersion: 'v1', kind: kindName, metadata }, 'Odd.'))
    if (schema) expect(JSON.stringify(schema.parse(row))).toContain('cannot read')
  })
})

it.each(variants(pod))('the drawer of a pod opens with $what', ({ object }) => {
  expect(() => containerFacts(object)).not.toThrow()
})

it('the ports of a container keep their protocol, TCP where none is stated', () => {
  const ports = [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 80 }]
  const object = { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [{ name: 'dns', ports }] } }
  expect(containerFacts(object).containers[0]?.ports).toEqual([
    { port: 53, protocol: 'UDP' },
    { port: 80, protocol: 'TCP' },
  ])
})

it.each([service, configMap, policy].flatMap((object, index) => variants(object).map((odd) => ({ index, ...odd }))))(
  'the map is drawn with $what',
  ({ index, object }) => {
    const rows = [service, configMap, policy].map((whole, at) =>
      (mapKinds[at] as Kind<never>).facts(at === index ? object : (whole as unknown as KubeObject)),
    )
    expect(() => serviceMap([mapPod(podKind.facts(pod as unknown as KubeObject)), ...rows])).not.toThrow()
  },
)

describe('what kubectl counts', () => {
  const row = (spec: object, state: object) =>
    podKind.facts({ metadata, spec, status: state } as unknown as KubeObject).row
  const running = (name: string, ready = true) => ({ ...status, name, ready })
  const app = { name: 'app' }
  const sidecar = { name: 'proxy', restartPolicy: 'Always' }
  const initialised = [{ type: 'Initialized', status: 'True' }]

  it('a sidecar counts, an init container and an ephemeral one do not', () => {
    const spec = {
      containers: [app],
      initContainers: [{ name: 'setup' }, sidecar],
      ephemeralContainers: [{ name: 'debug' }],
    }
    const done = { ...status, name: 'setup', ready: true, state: { terminated: { exitCode: 0 } } }
    const state = { phase: 'Running', conditions: initialised, ephemeralContainerStatuses: [running('debug')] }
    const both = row(spec, {
      ...state,
      initContainerStatuses: [done, running('proxy')],
      containerStatuses: [running('app')],
    })
    expect([both.ready, both.containers, both.health]).toEqual([2, ['app', 'proxy'], 'healthy'])
    const one = row(spec, {
      ...state,
      initContainerStatuses: [done, running('proxy', false)],
      containerStatuses: [running('app')],
    })
    expect([one.ready, one.containers.length, one.status]).toEqual([1, 2, 'Running'])
  })

  it('containers behind an init container that is not through do not count', () => {
    const spec = { containers: [app], initContainers: [sidecar, { name: 'setup' }] }
    const init = [running('proxy'), { ...status, name: 'setup', state: { running: {} } }]
    const { ready, status: word } = row(spec, { initContainerStatuses: init, containerStatuses: [running('app')] })
    expect([ready, word]).toEqual([1, 'Init:1/2'])
  })

  it('a container that has ended is not ready whatever it says', () => {
    const ended = { ...status, ready: true, state: { terminated: { exitCode: 0 } } }
    expect(row({ containers: [app] }, { containerStatuses: [ended] }).ready).toBe(0)
  })
})

describe('Jobs and CronJobs', () => {
  const factsOf = (kind: string, spec: object, state: object) => {
    const found = workloadKinds.find(({ resource }) => typeof resource !== 'string' && resource.kind === kind)
    return found?.facts({ kind, metadata, spec, status: state } as unknown as KubeObject)
  }

  it.each([
    ['completed', {}, { succeeded: 1, conditions: [{ type: 'Complete', status: 'True' }] }, 'off', 'Completed'],
    [
      'without completions',
      { completions: null },
      { succeeded: 3, conditions: [{ type: 'Complete', status: 'True' }] },
      'off',
      'Completed',
    ],
    ['failed', {}, { conditions: [{ type: 'Failed', status: 'True', message: 'Too often.' }] }, 'failed', 'Too often.'],
    ['suspended', { suspend: true }, {}, 'off', 'Suspended'],
    ['running', { completions: 3 }, { succeeded: 1 }, 'progress', '1 of 3 completed'],
  ])('a Job %s', (_state, spec, state, health, reason) => {
    expect(factsOf('Job', spec, state)).toMatchObject({ kind: 'Job', health, reason })
  })

  it('a CronJob says when it runs, that it runs, or that it is suspended', () => {
    const spec = { schedule: '0 3 * * *', jobTemplate: { spec: { template } } }
    expect(factsOf('CronJob', spec, {})).toMatchObject({
      health: 'healthy',
      reason: 'Scheduled 0 3 * * *',
      images: ['registry/web:1'],
    })
    expect(factsOf('CronJob', spec, { active: [{}] })).toMatchObject({
      health: 'progress',
      reason: '1 Job runs',
      ready: 1,
    })
    expect(factsOf('CronJob', { ...spec, suspend: true }, {})).toMatchObject({ health: 'off', reason: 'Suspended' })
  })
})
