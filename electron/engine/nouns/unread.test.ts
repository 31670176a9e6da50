import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type ClusterConnection } from '../kube/index.ts'
import { asConsoleError } from '#shared/errors.ts'
import {
  json,
  startMisbehavingServer,
  status,
  type MisbehavingServer,
  type Reply,
} from '../testing/misbehavingServer.ts'
import { sameCluster } from '../testing/sameCluster.ts'
import { listAccounts } from './accounts/accounts.ts'
import { listCertificates } from './certificates/certificates.ts'
import { Configuration } from './configuration/configuration.ts'
import { unexpectedObjects } from './deploy/drift/unexpected.ts'
import { readFacts } from './deploy/plan/clusterFacts.ts'
import { runChecks } from './deploy/preflight/index.ts'
import { ReleaseStore } from './deploy/releases/store.ts'
import { surroundingsOf } from './rollouts/surroundings.ts'
import type { Tasks } from './tasks/tasks.ts'

/** Answers that are no list. */
const answers: Record<string, Reply> = {
  '403': status(403, 'Forbidden'),
  '404': status(404, 'NotFound'),
  '500': status(500, 'InternalError'),
  'time-out': status(504, 'Timeout'),
  garbage: (_request, response) => void response.end('<html>Welcome to the proxy</html>'),
  'another JSON': json({ kind: 'Pong' }),
}

const kinds: Record<string, [name: string, kind: string, namespaced?: boolean][]> = {
  v1: [
    ['configmaps', 'ConfigMap'],
    ['secrets', 'Secret'],
    ['services', 'Service'],
    ['serviceaccounts', 'ServiceAccount'],
    ['persistentvolumeclaims', 'PersistentVolumeClaim'],
    ['resourcequotas', 'ResourceQuota'],
    ['limitranges', 'LimitRange'],
    ['pods', 'Pod'],
    ['events', 'Event'],
    ['nodes', 'Node', false],
  ],
  'apps/v1': [
    ['deployments', 'Deployment'],
    ['statefulsets', 'StatefulSet'],
    ['daemonsets', 'DaemonSet'],
    ['replicasets', 'ReplicaSet'],
  ],
  'autoscaling/v2': [['horizontalpodautoscalers', 'HorizontalPodAutoscaler']],
  'policy/v1': [['poddisruptionbudgets', 'PodDisruptionBudget']],
  'networking.k8s.io/v1': [
    ['ingresses', 'Ingress'],
    ['ingressclasses', 'IngressClass', false],
  ],
  'storage.k8s.io/v1': [['storageclasses', 'StorageClass', false]],
  'rbac.authorization.k8s.io/v1': [['rolebindings', 'RoleBinding']],
}
const namespace = 'shop'
const rootOf = (apiVersion: string) => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`)
const lists = Object.entries(kinds).flatMap(([apiVersion, all]) =>
  all.flatMap(([name, kind, namespaced = true]) => {
    const root = rootOf(apiVersion)
    const here = namespaced ? [`${root}/namespaces/${namespace}/${name}`] : []
    // Pods of all namespaces are listed too.
    return [...here, ...(!namespaced || kind === 'Pod' ? [`${root}/${name}`] : [])].map((path) => ({ path, kind }))
  }),
)

const container = { name: 'web', image: 'nginx:1', resources: { requests: { cpu: '100m' } } }
const workload = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace, uid: 'u1', generation: 1 },
  spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container] } } }, // prettier-ignore
  status: { observedGeneration: 1 },
}
const released = [
  workload,
  { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace }, spec: { resources: { requests: { storage: '1Gi' } } } }, // prettier-ignore
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name: 'web', namespace }, spec: {} },
]
const node = { metadata: { name: 'one' }, status: { nodeInfo: { kubeletVersion: 'v1.35.0' }, allocatable: { cpu: '4', memory: '8Gi' }, conditions: [{ type: 'Ready', status: 'True' }], images: [{ names: null }] } } // prettier-ignore

const standard = (key: string) => ({ metadata: { name: 'standard', annotations: { [key]: 'true' } }, allowVolumeExpansion: true }) // prettier-ignore
/** What a healthy cluster has: the release passes every check on it. */
const present: Record<string, object[]> = {
  Node: [node],
  StorageClass: [standard('storageclass.kubernetes.io/is-default-class')],
  IngressClass: [standard('ingressclass.kubernetes.io/is-default-class')],
  ResourceQuota: [{ metadata: { name: 'all', namespace }, spec: { hard: { pods: '100' } } }],
  ConfigMap: [{ metadata: { name: 'settings', namespace, resourceVersion: '1' }, data: {} }],
}

let server: MisbehavingServer
let connection: ClusterConnection
const calls: Record<string, () => Promise<unknown>> = {
  'accounts.list': () => listAccounts(connection, namespace),
  'certificates.list': () =>
    listCertificates(connection, { context: 'context:test', namespace }, () =>
      Promise.resolve(new Map<string, string[]>()),
    ),
  'configuration.list': () => configuration().list({ context: 'context:test', namespace }),
  'deploy.plan, facts': () => readFacts(connection, namespace),
  'deploy.plan, checks': () => runChecks({ connection, namespace, objects: released }),
  'drift.check, unexpected': () => unexpectedObjects(connection, namespace, released),
  'releases.list': () => new ReleaseStore(connection, namespace).list(),
  'rollouts.detail': () =>
    surroundingsOf(connection, { context: 'context:test', namespace, kind: 'Deployment', name: 'web' }),
}
const configuration = () =>
  new Configuration({
    tasks: undefined as unknown as Tasks,
    host: { user: 'maya' },
    directory: {
      ...sameCluster,
      facts: () => ({ name: 'test', environment: 'other', role: 'operator' }),
      connection: () => Promise.resolve(connection),
    },
  })

beforeAll(async () => {
  server = await startMisbehavingServer()
  // Retries would wait for seconds.
  connection = connect(server.context(), { clock: { now: () => Date.now(), random: () => 0, delay: () => Promise.resolve() } }) // prettier-ignore
  server.on('/version', json({ gitVersion: 'v1.35.0' }))
  server.on('/api', json({ kind: 'APIVersions', versions: ['v1'] }))
  const groups = Object.keys(kinds).filter((each) => each.includes('/'))
  server.on(
    '/apis',
    json({
      kind: 'APIGroupList',
      groups: groups.map((groupVersion) => {
        const [name = '', version = ''] = groupVersion.split('/')
        const only = { groupVersion, version }
        return { name, versions: [only], preferredVersion: only }
      }),
    }),
  )
  for (const [apiVersion, all] of Object.entries(kinds)) {
    const resources = all.map(([name, kind, namespaced = true]) => ({
      ...{ name, kind, namespaced },
      verbs: ['get', 'list', 'watch'],
    }))
    server.on(rootOf(apiVersion), json({ kind: 'APIResourceList', groupVersion: apiVersion, resources }))
  }
  server.on(
    '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    json({ kind: 'SelfSubjectAccessReview', status: { allowed: true } }),
  )
  server.on(`/apis/apps/v1/namespaces/${namespace}/deployments/web`, json(workload))
})
afterAll(async () => {
  await connection.close()
  await server.stop()
})

/** Every list is answered as a healthy cluster does, but this one. */
function answerWith(path?: string, reply?: Reply): void {
  for (const list of lists) {
    const items = present[list.kind] ?? []
    server.on(list.path, json({ kind: `${list.kind}List`, metadata: { resourceVersion: '1' }, items }))
  }
  if (path !== undefined && reply) server.on(path, reply)
}

interface Outcome {
  text: string
  state: string
}

async function outcomeOf(call: () => Promise<unknown>): Promise<Outcome> {
  try {
    const value = await call()
    const text = JSON.stringify(value, (key, held: unknown) => (key === 'readAt' ? 0 : held))
    const states = [...text.matchAll(/"state":"(forbidden|absent|failed|unknown)"/g)].map(([, state = '']) => state)
    return { text, state: [...new Set(states)].join(', ') || 'says nothing' }
  } catch (thrown) {
    const { code } = asConsoleError(thrown)
    return { text: code, state: `error ${code}` }
  }
}

describe('an answer that is no list', () => {
  it.each(Object.keys(calls))('%s never tells it as an empty one', { timeout: 120_000 }, async (name) => {
    const call = calls[name] ?? (() => Promise.resolve())
    answerWith()
    const before = server.requests.length
    const healthy = await outcomeOf(call)
    expect(healthy.state).toBe('says nothing')
    const asked = new Set(server.requests.slice(before).map(({ path }) => path))
    const used = lists.filter(({ path }) => asked.has(path))
    expect(used.length).toBeGreaterThan(0)
    const table: string[] = []
    const silent: string[] = []
    for (const { path } of used) {
      const states: string[] = []
      for (const [answer, reply] of Object.entries(answers)) {
        answerWith(path, reply)
        const { text, state } = await outcomeOf(call)
        states.push(`${answer}: ${state}`)
        if (text === healthy.text || state === 'says nothing') silent.push(`${path} answered with ${answer}`)
      }
      table.push(`  ${path.replace(`/namespaces/${namespace}`, '').padEnd(56)} ${states.join(' | ')}`)
    }
    console.log(`${name}\n${table.join('\n')}`)
    expect(silent).toEqual([])
  })
})
