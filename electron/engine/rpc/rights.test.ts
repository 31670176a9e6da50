import { rowsOf } from '../testing/configurationRows.ts'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Plan } from '#shared/contract/plan.ts'
import type { ConfigurationEdit } from '#shared/contract/configuration.ts'
import { allRights, rights } from '#shared/contract/rights.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { loadBundle, render } from '#shared/bundle/index.ts'
import { createEngine, type Engine } from '../index.ts'
import { createToken } from '../nouns/accounts/accounts.ts'
import { apply, discover, listObjects } from '../kube/index.ts'
import { connectClient, type EngineClient } from '../testing/client.ts'
import { testHost, type TestHost } from '../testing/testHost.ts'
import { testNamespace, workloadSpec, type TestNamespace } from '../testing/testNamespace.ts'
import { rightLine, UsedRights } from '../testing/usedRights.ts'

/** The whole suite comes up twice. */
const patient = 900_000
const suite = { profile: 'sandbox', version: '0.1.0' }
/** Brings the kinds that the profile of the sandbox leaves out, and those of other software where the cluster has it. */
async function everyKind(): Promise<string> {
  const { all } = await discover(place.connection)
  const isServed = (group: string) => all.some((each) => each.group === group)
  return [
    'ingress: { enabled: true }',
    'hosts: { web: suite.example }',
    'backup: { enabled: true }',
    ...(isServed('monitoring.coreos.com') ? ['monitoring: { operator: true }'] : []),
    ...(isServed('gateway.networking.k8s.io') ? ['gateway: { enabled: true, name: edge }'] : []),
  ].join('\n')
}

let place: TestNamespace
let host: TestHost
let engine: Engine
let client: EngineClient
let used: UsedRights
let scope: { context: string; namespace: string }
let closeClient: () => void
const environment = process.env.KUBECONFIG
const everUsed = new Set<string>()

/** The administrator of the cluster makes the namespace and the roles; all that follows is done by the operator. */
beforeAll(async () => {
  place = await testNamespace('rights')
  const { namespace } = place.scope
  host = await testHost()
  const bundle = await loadBundle(host.resourcesDirectory)
  const from = { ...suite, values: '', namespace, release: 'roles', registry: '', secrets: new Map() }
  const all = render(bundle, from).flatMap(({ objects }) => objects)
  for (const object of all.filter(({ metadata }) => metadata.name.startsWith('agency-swarm-admin')))
    await apply(place.connection, object)
  await apply(place.connection, all.find(({ kind }) => kind === 'Namespace') ?? bundle.objects[0] ?? ({} as never))
  const { token } = await createToken(place.connection, { namespace, name: 'agency-swarm-admin', seconds: 7200 })
  const { cluster } = place.connection.context
  const trust =
    cluster.caData === undefined
      ? { 'certificate-authority': cluster.caFile }
      : { 'certificate-authority-data': Buffer.from(cluster.caData).toString('base64') }
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'one', cluster: { server: cluster.server, ...trust } }],
    users: [{ name: 'operator', user: { token } }],
    contexts: [{ name: 'operator', context: { cluster: 'one', user: 'operator', namespace } }],
    'current-context': 'operator',
  }
  process.env.KUBECONFIG = join(host.dataDirectory, 'kubeconfig')
  await writeFile(process.env.KUBECONFIG, JSON.stringify(kubeconfig))
  engine = createEngine(host)
  const connected = connectClient(engine)
  client = connected.client
  closeClient = () => connected.close()
  scope = { context: 'context:operator', namespace }
  used = new UsedRights(cluster.server)
}, patient)

afterAll(async () => {
  used.stop()
  closeClient()
  await engine.stop()
  await host.remove()
  if (environment === undefined) delete process.env.KUBECONFIG
  else process.env.KUBECONFIG = environment
  await place.stop()
}, patient)

const granted = (list: (typeof rights)[keyof typeof rights]) =>
  list.flatMap((right) => right.verbs.map((verb) => rightLine(verb, right)))
/** What runs beside every call: the state of the clusters is looked at now and then, a lease is given back after its
 * task, and a checkpoint of the audit log is kept. */
const beside = [
  ...granted(rights['clusters.watch']),
  ...granted(rights['audit.checkpoint']),
  ...['get', 'update'].map((verb) => `${verb} leases.coordination.k8s.io`),
]

/** Runs one call as the operator, and holds what it used against what the contract grants for it. */
async function measured<Result>(call: keyof typeof rights, work: () => Promise<Result>): Promise<Result> {
  used.take()
  const result = await work()
  const now = used.take()
  for (const right of now) everUsed.add(right)
  const allowed = new Set([...granted(rights[call]), ...beside])
  expect({ call, unstated: [...now].filter((right) => !allowed.has(right)) }).toEqual({ call, unstated: [] })
  return result
}

async function ended({ taskId }: { taskId: string }): Promise<Task> {
  for await (const tasks of await client.tasks.watch(undefined, { signal: AbortSignal.timeout(patient) })) {
    const task = tasks.find(({ id }) => id === taskId)
    if (task && task.state !== 'running') return task
  }
  throw new Error('the list of tasks ended')
}
async function done(started: Promise<{ taskId: string }>): Promise<Task> {
  const task = await ended(await started)
  if (task.state !== 'done')
    throw new Error(`${task.title}: ${JSON.stringify([task.fault, task.steps, task.log], null, 1)}`)
  return task
}
async function first<Item>(stream: Promise<AsyncIterable<Item>>, isWanted: (item: Item) => boolean): Promise<Item> {
  for await (const item of await stream) if (isWanted(item)) return item
  throw new Error('the stream ended')
}
const confirmation = {}
const until = () => ({ signal: AbortSignal.timeout(60_000) })

async function deploy(text: string, prune = false): Promise<Task> {
  const plan: Plan = await measured('deploy.plan', () => client.deploy.plan({ ...scope, ...suite, values: text }))
  expect(plan.blockers).toEqual([])
  expect(plan.checks.filter(({ state }) => state === 'failed')).toEqual([])
  const ids = prune ? plan.prune.map(({ id }) => id) : []
  return measured('deploy.apply', () =>
    done(client.deploy.apply({ ...scope, planId: plan.id, prune: ids, confirmation })),
  )
}

it('the operator deploys, and undoes what was deployed', { timeout: patient }, async () => {
  await measured('clusters.check', () => client.clusters.check({ context: scope.context }))
  await measured('clusters.namespaces', () => client.clusters.namespaces({ context: scope.context }))
  const values = await everyKind()
  const task = await deploy(values)
  const runId = task.result['runId'] ?? (await client.releases.list(scope))[0]?.id ?? ''
  await measured('deploy.undo', () => done(client.deploy.undo({ ...scope, runId, confirmation })))
  await deploy(values)
  await measured('drift.check', () => client.drift.check(scope))
  await deploy('', true)
  await measured('deploy.status', () => client.deploy.status(scope))
  const [newest, before] = await measured('releases.list', () => client.releases.list(scope))
  await measured('releases.detail', () => client.releases.detail({ ...scope, releaseId: newest?.id ?? '' }))
  await measured('releases.difference', () =>
    client.releases.difference({ ...scope, from: before?.id ?? '', to: newest?.id ?? '' }),
  )
  await measured('deploy.planRollback', () => client.deploy.planRollback({ ...scope, releaseId: before?.id ?? '' }))
  // A kind that only a release with log shipping has; its images are none that every cluster can pull.
  const shipping = 'logging: { lokiUrl: http://loki.monitoring:3100/loki/api/v1/push }\n'
  await measured('deploy.plan', () => client.deploy.plan({ ...scope, ...suite, values: shipping }))
  const drift = await measured('drift.check', () => client.drift.check(scope))
  // Pruning keeps volumes.
  expect(drift.objects.map(({ id }) => id)).toEqual(['v1 PersistentVolumeClaim agency-swarm-backup'])
})

it('the operator changes workloads', { timeout: patient }, async () => {
  const restricted = {
    runAsNonRoot: true,
    runAsUser: 1000,
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  }
  const { replicas: _, ...spec } = workloadSpec('agent', 1, { securityContext: restricted })
  await place.create({ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'agent' }, spec })
  const of = (kind: 'Deployment' | 'StatefulSet' | 'DaemonSet', name: string) => ({ ...scope, kind, name })
  const mcp = of('Deployment', 'agency-swarm-mcp')
  const store = of('StatefulSet', 'postgresql')
  for (const each of [mcp, store, of('DaemonSet', 'agent')]) {
    await measured('rollouts.detail', () => client.rollouts.detail(each))
    const restart = { do: 'restart' as const }
    await measured('rollouts.impact', () => client.rollouts.impact({ ...each, change: restart }))
    await measured('rollouts.change', () => done(client.rollouts.change({ ...each, change: restart, confirmation })))
  }
  const scaleTo = (replicas: number) => ({ do: 'scale' as const, replicas })
  await measured('rollouts.impact', () => client.rollouts.impact({ ...store, change: scaleTo(2) }))
  await measured('rollouts.change', () => done(client.rollouts.change({ ...mcp, change: scaleTo(2), confirmation })))
  const labels = { 'app.kubernetes.io/part-of': 'agency-swarm' }
  const rbac = 'rbac.authorization.k8s.io'
  const roleRef = { apiGroup: rbac, kind: 'Role', name: 'stray' }
  await place.create({ apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: 'stray', labels }, rules: [] })
  await place.create({ apiVersion: `${rbac}/v1`, kind: 'RoleBinding', metadata: { name: 'stray', labels }, roleRef })
  await measured('drift.revert', async () => {
    const { objects } = await client.drift.check(scope)
    expect(objects.map(({ id }) => id)).toContain(`${rbac}/v1 Role stray`)
    expect(objects.map(({ id }) => id)).toContain('apps/v1 Deployment agency-swarm-mcp')
    const revertible = objects.filter(({ kind }) => kind !== 'PersistentVolumeClaim' && kind !== 'Secret')
    await client.drift.revert({ ...scope, ids: revertible.map(({ id }) => id), confirmation })
  })
})

it('the operator edits configuration, and looks after accounts and certificates', { timeout: patient }, async () => {
  const rows = rowsOf(await measured('configuration.list', () => client.configuration.list(scope)))
  const keys: ConfigurationEdit = { of: 'keys', set: { TRIED: '1' }, remove: [] }
  for (const kind of ['ConfigMap', 'Secret', 'HorizontalPodAutoscaler', 'ResourceQuota', 'LimitRange'] as const) {
    const name =
      rows.find((row) => row.kind === kind && row.usedBy.state === 'known' && row.usedBy.value.length > 0)?.name ??
      rows.find((row) => row.kind === kind)?.name ??
      ''
    const object = { ...scope, kind, name }
    const { resourceVersion, yaml } = await measured('configuration.detail', () => client.configuration.detail(object))
    const changed = {
      HorizontalPodAutoscaler: ['maxReplicas: 3', 'maxReplicas: 4'],
      ResourceQuota: ['limits.cpu', 'pods'],
      LimitRange: ['256Mi', '512Mi'],
    }
    const [from = '', to = ''] = changed[kind as keyof typeof changed] ?? []
    const edit: ConfigurationEdit =
      yaml === '' || kind === 'ConfigMap' ? keys : { of: 'spec', yaml: yaml.replace(from, to) }
    await measured('configuration.impact', () => client.configuration.impact({ ...object, edit }))
    await measured('configuration.change', () =>
      client.configuration.change({ ...object, edit, resourceVersion, confirmation }),
    )
    await measured('configuration.undo', () => client.configuration.undo({ ...object, confirmation }))
  }
  const secret = rows.find(({ kind }) => kind === 'Secret')
  await measured('configuration.reveal', () =>
    client.configuration.reveal({ ...scope, name: secret?.name ?? '', key: secret?.keys[0] ?? '' }),
  )
  await measured('accounts.list', () => client.accounts.list(scope))
  await measured('accounts.createToken', () =>
    client.accounts.createToken({ ...scope, name: 'agency-swarm', seconds: 600, confirmation }),
  )
  await measured('certificates.list', () => client.certificates.list(scope))
})

it('the operator backs up, restores and migrates', { timeout: patient }, async () => {
  const backup = await measured('backups.start', () => done(client.backups.start({ ...scope, reason: 'test' })))
  const backupId = backup.result['backupId'] ?? ''
  const source = { suite: { cluster: backup.cluster, namespace: scope.namespace }, backupId }
  await measured('backups.verify', () => done(client.backups.verify({ ...scope, backupId })))
  await measured('backups.planRestore', () => client.backups.planRestore({ ...scope, source }))
  await measured('backups.restore', () => done(client.backups.restore({ ...scope, source, confirmation })))
  await measured('migrations.status', () => client.migrations.status(scope))
  await measured('migrations.run', () => done(client.migrations.run({ ...scope, confirmation })))
})

it('the operator looks at and into pods', { timeout: patient }, async () => {
  const options = { namespace: scope.namespace, labelSelector: 'app=agency-swarm-mcp' }
  const [pod] = await listObjects(place.connection, { apiVersion: 'v1', kind: 'Pod' }, options)
  const name = pod?.metadata.name ?? ''
  await measured('pods.detail', () => client.pods.detail({ ...scope, name }))
  await measured('metrics.watch', () =>
    first(client.metrics.watch(scope, until()), ({ pods }) => Object.keys(pods).length > 0),
  )
  await measured('logs.follow', () =>
    first(
      client.logs.follow({ ...scope, streamId: 'logs-1234', services: ['agency-swarm-mcp'], pods: [] }, until()),
      ({ lines }) => lines.length > 0,
    ),
  )
  await measured('terminals.shell', () =>
    first(
      client.terminals.shell({ ...scope, streamId: 'shell-1234', pod: name, columns: 80, rows: 24 }, until()),
      ({ type }) => type === 'opened',
    ),
  )
  const forward = await measured('forwards.open', () => client.forwards.open({ ...scope, pod: name, port: 8051 }))
  await fetch(`http://127.0.0.1:${forward.localPort}/health`)
  await client.forwards.close({ id: forward.id })
  await measured('pods.delete', () => client.pods.delete({ ...scope, names: [name], confirmation }))
  // Last: their watches continue for a while after the reader has left.
  for (const right of used.take()) everUsed.add(right)
  await first(client.pods.watch(scope, until()), ({ feed }) => feed.state === 'live')
  await first(client.workloads.watch(scope, until()), ({ feed }) => feed.state === 'live')
  await first(client.events.watch(scope, until()), ({ feed }) => feed.state === 'live')
  await first(client.services.map(scope, until()), ({ feed }) => feed.state === 'live')
  await new Promise((resolve) => setTimeout(resolve, 500))
  for (const right of used.take()) everUsed.add(right)
})

it('nothing was refused, and no right was granted without need', async () => {
  expect([...used.denied].sort()).toEqual(expectedDenied)
  const { all } = await discover(place.connection)
  const served = new Set(all.map(({ name, group }) => `${name} ${group}`))
  // Kinds of software that this cluster does not have cannot be used in it.
  const measurable = allRights().filter(({ resource, group }) => served.has(`${resource.split('/')[0] ?? ''} ${group}`))
  const unused = measurable.flatMap((right) => right.verbs.map((verb) => rightLine(verb, right)))
  expect(unused.filter((right) => !everUsed.has(right))).toEqual([])
})

/** Of the cluster's own objects, which the deployment leaves as they are. */
const expectedDenied = [
  'patch clusterrolebindings.rbac.authorization.k8s.io in the cluster',
  'patch clusterroles.rbac.authorization.k8s.io in the cluster',
  'patch namespaces in the cluster',
]
