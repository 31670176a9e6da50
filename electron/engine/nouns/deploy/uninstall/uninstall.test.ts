import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { UninstallPlan } from '#shared/contract/uninstall.ts'
import { startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import { judges } from '#shared/testing/judges.ts'
import { apply, createObject, removeObject, type ClusterConnection } from '../../../kube/index.ts'
import { connectTo } from '../../../testing/connectTo.ts'
import { SuiteLeases } from '../../../objects/suiteLeases.ts'
import { sameCluster } from '../../../testing/sameCluster.ts'
import { succeeded, testConsole, type TestConsole } from '../testing/console.ts'
import { smallBundle, type SmallBundle } from '../testing/smallBundle.ts'
import { Uninstall, type UninstallChoices } from './uninstall.ts'

let cluster: TestCluster
let connection: ClusterConnection
let bundle: SmallBundle
let maya: TestConsole
let uninstall: Uninstall
let open: UninstallPlan['openRestores']
let scope: { context: string; namespace: string }
let count = 0
const patient = 60_000
const labels = { 'app.kubernetes.io/part-of': 'agency-swarm' }
const rbac = 'rbac.authorization.k8s.io/v1'
const backedUp: string[] = []

beforeAll(async () => {
  cluster = await startCluster()
  connection = connectTo(cluster)
  bundle = await smallBundle()
  maya = await testConsole({ connection, resourcesDirectory: bundle.path })
  const directory = {
    ...sameCluster,
    facts: () => ({ name: 'test', environment: 'sandbox' as const, role: 'administrator' as const }),
    connection: () => Promise.resolve(connection),
  }
  uninstall = new Uninstall({
    directory,
    tasks: maya.tasks,
    leases: new SuiteLeases({ directory, worker: { id: 'maya', name: 'maya on here' } }),
    host: { user: 'maya', now: () => Date.now() },
    openRestores: () => open,
    backupsOf: () => Promise.resolve({ count: 2, newestAt: 5 }),
    takeSafetyBackup: (_scope, reason) => {
      backedUp.push(reason)
      return Promise.resolve('backup-1')
    },
  })
}, patient)

afterAll(async () => {
  await connection.close()
  await cluster.stop()
  await bundle.remove()
  await maya.remove()
}, patient)

/** The small suite, with what surrounds a real one: a claim, the cluster-wide role and its binding. */
beforeEach(async () => {
  open = []
  scope = { context: 'context:test', namespace: `uninstall-${process.pid}-${(count += 1)}` }
  const { namespace } = scope
  succeeded(await maya.deploy(scope))
  await createObject(connection, {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'archive', namespace, labels },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
  })
  await apply(connection, {
    apiVersion: rbac,
    kind: 'ClusterRole',
    metadata: { name: 'agency-swarm-admin', labels },
    rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }],
  })
  await apply(connection, {
    apiVersion: rbac,
    kind: 'ClusterRoleBinding',
    metadata: { name: `agency-swarm-admin-${namespace}`, labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'agency-swarm-admin' },
    subjects: [{ kind: 'ServiceAccount', name: 'agency-swarm-admin', namespace }],
  })
}, patient)

afterEach(async () => {
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: scope.namespace })
  await removeObject(connection, { apiVersion: rbac, kind: 'ClusterRoleBinding', name: `agency-swarm-admin-${scope.namespace}` }) // prettier-ignore
})

const kubectl = async (...words: string[]): Promise<string[]> => {
  const { kubectl: program } = await judges()
  const env = { ...process.env, KUBECONFIG: cluster.kubeconfigPath }
  const { stdout } = await promisify(execFile)(program, ['--context', cluster.context, ...words, '-o', 'name', '--ignore-not-found'], { env }) // prettier-ignore
  return stdout.split('\n').filter((line) => line !== '')
}
/** What kubectl finds of the suite, wherever it lies. */
const leftOfSuite = async (): Promise<string[]> => {
  const kinds = 'all,configmaps,secrets,persistentvolumeclaims,serviceaccounts,leases,roles,rolebindings,networkpolicies,poddisruptionbudgets,ingresses,resourcequotas,limitranges' // prettier-ignore
  const inside = await kubectl('get', kinds, '-n', scope.namespace)
  const ofKubernetes = ['configmap/kube-root-ca.crt', 'serviceaccount/default']
  const cluster = await kubectl(
    'get',
    'clusterroles,clusterrolebindings',
    '-l',
    'app.kubernetes.io/part-of=agency-swarm',
  )
  return [...inside.filter((name) => !ofKubernetes.includes(name)), ...cluster]
}

const choices = (more: Partial<UninstallChoices> = {}): UninstallChoices => ({
  data: 'remove',
  typedNamespace: scope.namespace,
  endsRestores: false,
  safetyBackup: false,
  ...more,
})
const run = async (more: Partial<UninstallChoices> = {}) => {
  const { id } = await uninstall.plan(scope)
  return maya.tasks.ended((await uninstall.start(scope, id, choices(more))).taskId)
}

describe('the list', () => {
  it('shows everything that goes, and what stays', { timeout: patient }, async () => {
    const plan = await uninstall.plan(scope)
    const titles = plan.objects.map(({ kind, name }) => `${kind} ${name}`)
    expect(titles).toEqual(
      expect.arrayContaining([
        'Deployment web',
        'StatefulSet store',
        'ConfigMap settings',
        'Secret secrets',
        'PersistentVolumeClaim archive',
        'Lease agency-swarm-deploy',
        'ClusterRole agency-swarm-admin',
        `ClusterRoleBinding agency-swarm-admin-${scope.namespace}`,
        `Namespace ${scope.namespace}`,
      ]),
    )
    expect(titles.some((title) => title.startsWith('ConfigMap agency-swarm-release-'))).toBe(true)
    // Pods go with their owners.
    expect(titles.filter((title) => /^(Pod|ReplicaSet) /.test(title))).toEqual([])
    expect(plan).toMatchObject({ version: '0.1.0', unread: [], blockers: [], backups: { count: 2 } })
    expect(plan.volumes.map(({ claim, size }) => [claim, size])).toEqual([['archive', '1Mi']])
    expect(plan.left.map(({ what }) => what)).toContain('2 backups on this workstation')
  })

  it('leaves the namespace to other software in it, and the role to other suites', { timeout: patient }, async () => {
    const { namespace } = scope
    await createObject(connection, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'theirs', namespace } })
    await apply(connection, {
      apiVersion: rbac,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'agency-swarm-admin-elsewhere', labels },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'agency-swarm-admin' },
      subjects: [{ kind: 'ServiceAccount', name: 'agency-swarm-admin', namespace: 'elsewhere' }],
    })
    try {
      const plan = await uninstall.plan(scope)
      expect(plan.namespaceStays).toBe('It also holds 1 object of other software: ConfigMap theirs.')
      expect(plan.left.map(({ what }) => what)).toContain('ClusterRole agency-swarm-admin')
      succeeded(await run())
      expect(await leftOfSuite()).toEqual([
        'configmap/theirs',
        'clusterrole.rbac.authorization.k8s.io/agency-swarm-admin',
        'clusterrolebinding.rbac.authorization.k8s.io/agency-swarm-admin-elsewhere',
      ])
    } finally {
      await removeObject(connection, {
        apiVersion: rbac,
        kind: 'ClusterRoleBinding',
        name: 'agency-swarm-admin-elsewhere',
      })
    }
  })
})

describe('uninstalling', () => {
  it('leaves nothing of the suite, after a backup', { timeout: patient }, async () => {
    const task = succeeded(await run({ safetyBackup: true }))
    expect(await leftOfSuite()).toEqual([])
    expect(await kubectl('get', 'namespace', scope.namespace)).toEqual([])
    expect(backedUp).toHaveLength(1)
    expect(task.result).toEqual({ backupId: 'backup-1' })
    expect(task.steps.map(({ id }) => id)).toEqual(['compare', 'backup', 'workloads', 'objects', 'data', 'access', 'records', 'namespace', 'verify']) // prettier-ignore
    await expect(uninstall.plan(scope)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('keeps volumes and Secrets, with which a new deployment finds its data', { timeout: patient }, async () => {
    succeeded(await run({ data: 'keep' }))
    expect(await leftOfSuite()).toEqual(['secret/secrets', 'persistentvolumeclaim/archive'])
    succeeded(await maya.deploy(scope))
  })

  it('stops between two objects, and a new list shows what is left', { timeout: patient }, async () => {
    const { id } = await uninstall.plan(scope)
    const { taskId } = await uninstall.start(scope, id, choices())
    maya.tasks.cancel(taskId)
    expect((await maya.tasks.ended(taskId)).state).toBe('cancelled')
    succeeded(await run())
    expect(await leftOfSuite()).toEqual([])
  })
})

describe('it is refused', () => {
  it('without the typed name, for a list of another suite, and twice at once', { timeout: patient }, async () => {
    const { id } = await uninstall.plan(scope)
    await expect(uninstall.start(scope, id, choices({ typedNamespace: 'other' }))).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED' }) // prettier-ignore
    await expect(uninstall.start({ ...scope, namespace: 'other' }, id, choices())).rejects.toMatchObject({ code: 'EXPIRED' }) // prettier-ignore
    const again = await uninstall.plan(scope)
    const first = await uninstall.start(scope, id, choices())
    await expect(uninstall.start(scope, again.id, choices())).rejects.toMatchObject({ code: 'BUSY' })
    succeeded(await maya.tasks.ended(first.taskId))
  })

  it('while the way back of a restore is open and nobody gave it up', { timeout: patient }, async () => {
    open = [{ id: 'restore-1', at: 1, message: 'The previous database is kept.' }]
    const { id } = await uninstall.plan(scope)
    await expect(uninstall.start(scope, id, choices())).rejects.toMatchObject({ code: 'CONFIRMATION_REQUIRED', details: { restores: ['restore-1'] } }) // prettier-ignore
    expect(await kubectl('get', 'deployment', 'web', '-n', scope.namespace)).toEqual(['deployment.apps/web'])
    succeeded(await run({ endsRestores: true }))
  })

  it('when something was added since the list', { timeout: patient }, async () => {
    const { id } = await uninstall.plan(scope)
    await createObject(connection, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late', namespace: scope.namespace, labels } }) // prettier-ignore
    const task = await maya.tasks.ended((await uninstall.start(scope, id, choices())).taskId)
    expect(task.fault).toMatchObject({ code: 'EXPIRED' })
    expect(task.fault?.message).toContain('v1 ConfigMap late')
    expect(await kubectl('get', 'deployment', 'web', '-n', scope.namespace)).toEqual(['deployment.apps/web'])
  })
})
