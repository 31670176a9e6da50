import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startCluster, temporaryState, type TestCluster } from '#shared/testing/cluster.ts'
import { Backups } from './backups.ts'
import { podDatabases } from '../../database/podDatabase.ts'
import type { Deployments } from '../deploy/deployments.ts'
import { suiteResources, testConsole } from '../deploy/testing/console.ts'
import { killedDeployment } from '../deploy/testing/killedConsole.ts'
import { liveMigrations } from '../../database/appliedMigrations.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import { createObject, getObject, listObjects, removeObject, type ClusterConnection } from '../../kube/index.ts'
import { connectTo } from '../../testing/connectTo.ts'
import type { Task, Tasks } from '../tasks/tasks.ts'
import { SuiteLeases } from '../../objects/suiteLeases.ts'
import { thisConsole } from '../../storage/thisConsole.ts'
import { sameCluster } from '../../testing/sameCluster.ts'

/** A suite takes its minute to come up; so does each restart of it. */
const patient = 400_000

const scope = { context: 'context:test', namespace: 'recovery-test' }
let cluster: TestCluster
let connection: ClusterConnection
let folder: string
/** The sandbox's state outlives the sandbox: one test kills it. */
let state: string
let tasks: Tasks
let deployments: Deployments
let backups: Backups

beforeAll(async () => {
  state = await temporaryState()
  cluster = await startCluster(state)
  connection = connectTo(cluster)
  folder = await mkdtemp(join(tmpdir(), 'console-recovery-'))
  await build()
}, patient)

afterAll(async () => {
  await removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: scope.namespace }).catch(() => undefined)
  await connection.close()
  await cluster.stop()
  for (const path of [folder, state]) await rm(path, { recursive: true, force: true })
}, patient)

/** What the engine has of these nouns; called again it is an engine that starts over on the same files. */
async function build(): Promise<void> {
  const directory: ClusterDirectory = {
    ...sameCluster,
    facts: () => ({ name: 'test', environment: 'sandbox', role: 'administrator' }),
    connection: () => Promise.resolve(connection),
  }
  const databases = podDatabases(directory)
  const console = await testConsole({
    connection,
    resourcesDirectory: suiteResources,
    dataDirectory: folder,
    needs: {
      appliedMigrations: (place, signal) => liveMigrations(databases, place, signal),
      takeSafetyBackup: (place, reason, step, signal) => backups.takeSafetyBackup(place, reason, step, signal),
    },
  })
  tasks = console.tasks
  deployments = console.deployments
  const host = {
    dataDirectory: folder,
    resourcesDirectory: suiteResources,
    user: 'maya',
    version: '0.1.0',
    now: () => Date.now(),
  }
  backups = new Backups({
    tasks,
    directory,
    leases: new SuiteLeases({ directory, worker: thisConsole(folder, 'maya') }),
    host,
    databases,
  })
}

const sandboxProfile = (version: string) => ({ profile: 'sandbox', version, values: '' })

async function ended({ taskId }: { taskId: string }): Promise<Task> {
  const task = await tasks.ended(taskId)
  if (task.state !== 'done')
    throw new Error(
      `${task.title}: ${JSON.stringify({ fault: task.fault, steps: task.steps, log: task.log }, null, 1)}`,
    )
  return task
}

const from = (backupId: string) => ({ suite: sameCluster.suiteOf(scope), backupId })

const killed = new Set<number>()
function killOnce(pid: number): void {
  if (killed.has(pid)) return
  killed.add(pid)
  process.kill(pid, 'SIGKILL')
}

async function until(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 200_000
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error('it did not come true in time')
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

async function sql(text: string): Promise<Record<string, string>[]> {
  const server = await backups.serverOf(scope)
  const session = await server.connect(server.database, 'test')
  try {
    return await session.query<Record<string, string>>(text)
  } finally {
    await session.close()
  }
}
const agentCount = async () => Number((await sql('SELECT count(*) AS n FROM archon_agents_v3'))[0]?.['n'])

describe('the suite on a cluster', () => {
  it(
    'is planned, deployed by a console that is killed half way, and finished by the next',
    { timeout: patient },
    async () => {
      expect((await deployments.status(scope)).installed).toBeNull()
      const plan = await deployments.plan(scope, sandboxProfile('0.1.0'))
      expect(plan.blockers).toEqual([])
      const by = await killedDeployment({
        cluster,
        dataDirectory: folder,
        namespace: scope.namespace,
        stage: 'Migrations',
        resourcesDirectory: suiteResources,
      })
      expect(by).toBe('SIGKILL')
      await build()
      const { installed, unfinished } = await deployments.status(scope)
      expect(installed).toBeNull()
      expect(unfinished).toMatchObject({ version: '0.1.0', stage: 'Migrations', fault: null })
      const resumed = await ended(await deployments.resume(scope, unfinished?.id ?? ''))
      // What was done before it died is not done again; what came after is.
      const at = resumed.steps.findIndex(({ id }) => id === '4-migrations')
      expect(resumed.steps.map(({ state }) => state)).toEqual(
        resumed.steps.map((_step, index) => (index < at ? 'skipped' : 'done')),
      )
      expect(at).toBeGreaterThan(0)
      expect(await deployments.status(scope)).toMatchObject({
        installed: { version: '0.1.0', by: 'maya' },
        unfinished: null,
      })
      expect(await agentCount()).toBeGreaterThan(0)
    },
  )

  it(
    'changes nothing when the same version is planned again, apart from its new Jobs',
    { timeout: patient },
    async () => {
      const plan = await deployments.plan(scope, sandboxProfile('0.1.0'))
      expect(plan.blockers).toEqual([])
      const changed = plan.stages.flatMap(({ resources }) => resources).filter(({ action }) => action !== 'same')
      expect([...new Set(changed.map(({ kind, action }) => `${kind} ${action}`))]).toEqual(['Job create'])
    },
  )

  it('gets destroyed data back from a verified backup, and back again by undo', { timeout: patient }, async () => {
    const before = await agentCount()
    const { result } = await ended(backups.start(scope, 'before the accident'))
    const backupId = result['backupId'] ?? ''
    await ended(backups.verify(scope, backupId))
    expect((await backups.list(scope, true))[0]).toMatchObject({ id: backupId, state: 'verified' })

    await sql('TRUNCATE archon_agents_v3 CASCADE')
    expect(await agentCount()).toBe(0)
    const restored = await ended(await backups.restore(scope, from(backupId)))
    expect(await agentCount()).toBe(before)
    expect(backups.restores(scope)[0]).toMatchObject({ state: 'done', backupId })

    await ended(await backups.undo(scope, restored.result['restoreId'] ?? ''))
    expect(await agentCount()).toBe(0)
    await ended(await backups.restore(scope, from(backupId)))
    expect(await agentCount()).toBe(before)
  })

  it('is left alone by a backup that is stopped: no session, no file', { timeout: patient }, async () => {
    const off = tasks.changes.on((task) => {
      const dump = task.steps.find(({ id }) => id === 'dump')
      if (task.state === 'running' && dump?.state === 'running') tasks.cancel(task.id)
    })
    const before = (await backups.list(scope, false)).length
    const { taskId } = backups.start(scope, 'stopped')
    expect((await tasks.ended(taskId)).state).toBe('cancelled')
    off()
    expect(await backups.list(scope, false)).toHaveLength(before)
    expect(await readdir(backups.catalogue.describe(backups.suiteOf(scope)))).toHaveLength(before)
    const sessions = `SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'agency-swarm-console backup%'`
    expect(await sql(sessions)).toEqual([])
  })

  const canBeKilled = process.env['CONSOLE_TEST_KUBECONFIG'] === undefined
  it.runIf(canBeKilled)(
    'has its old data after the sandbox was killed in the middle of a restore',
    { timeout: patient },
    async () => {
      const before = await agentCount()
      const [backup] = await backups.list(scope, true)
      const off = tasks.changes.on((task) => {
        if (task.steps.find(({ id }) => id === 'fill')?.state === 'running' && cluster.pid !== undefined)
          killOnce(cluster.pid)
      })
      const { taskId } = await backups.restore(scope, from(backup?.id ?? ''))
      const task = await tasks.ended(taskId)
      off()
      expect(task.state).toBe('failed')
      cluster = await startCluster(state)
      await build()
      await until(async () => (await agentCount().catch(() => -1)) === before)
      await backups.look(backups.suiteOf(scope))
      const [cut] = backups.restores(scope)
      // A failed restore whose copy could not be dropped is recovered; nothing was, by looking.
      if (cut?.offers.includes('recover')) await ended(await backups.recover(scope, cut.id))
      expect(['failed', 'interrupted']).toContain(backups.restores(scope)[0]?.state)
      const names = await sql(
        `SELECT datname FROM pg_database WHERE datname ~ '_(restore|trial)_' OR NOT datallowconn AND NOT datistemplate`,
      )
      expect(names).toEqual([])
    },
  )

  it(
    'takes a safety backup before it changes anything, and stops with the reason, to be resumed or undone',
    { timeout: patient },
    async () => {
      const plan = await deployments.plan(scope, sandboxProfile('0.1.0-broken'))
      const broken = {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'no-pods', namespace: scope.namespace },
        spec: { hard: { pods: '1' } },
      }
      await createObject(connection, broken)
      const task = await tasks.ended((await deployments.apply(scope, plan.id, { safetyBackup: true })).taskId)
      expect(task.fault).toMatchObject({ code: 'DEPLOY_FAILED', message: expect.stringContaining('no-pods') as string })
      expect((await backups.list(scope, false))[0]?.id).toBe(task.result['backupId'])
      await build()
      const { unfinished } = await deployments.status(scope)
      expect(unfinished).toMatchObject({ version: '0.1.0-broken', stage: 'Storage and database' })
      await removeObject(connection, { ...broken, name: 'no-pods', namespace: scope.namespace })
      await ended(await deployments.undo(scope, unfinished?.id ?? ''))
      expect(await deployments.status(scope)).toMatchObject({ installed: { version: '0.1.0' }, unfinished: null })
      const jobs = await listObjects(
        connection,
        { apiVersion: 'batch/v1', kind: 'Job' },
        { namespace: scope.namespace },
      )
      expect(jobs.map(({ metadata }) => metadata.name)).not.toContain(`agency-swarm-migrate-${unfinished?.id ?? ''}`)
      expect(
        await getObject(connection, {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          namespace: scope.namespace,
          name: 'agency-swarm-mcp',
        }),
      ).toBeDefined()
    },
  )
})
