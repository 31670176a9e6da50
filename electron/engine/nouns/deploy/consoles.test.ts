import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { startCluster, type TestCluster } from '#shared/testing/cluster.ts'
import { removeObject, type ClusterConnection } from '../../kube/index.ts'
import { connectTo } from '../../testing/connectTo.ts'
import { until } from '../../testing/until.ts'
import { killedDeployment } from './testing/killedConsole.ts'
import { smallBundle, type SmallBundle } from './testing/smallBundle.ts'
import { succeeded, testConsole, type TestConsole } from './testing/console.ts'

let cluster: TestCluster
let connection: ClusterConnection
let bundle: SmallBundle
let maya: TestConsole
let omar: TestConsole
let scope: { context: string; namespace: string }
let count = 0
const patient = 120_000
const wanted = { profile: 'sandbox', version: '0.1.0', values: '' }

beforeAll(async () => {
  cluster = await startCluster()
  connection = connectTo(cluster)
  bundle = await smallBundle()
  // Nobody waits a minute for a lease to run out.
  const leaseTimes = { renew: 500, stale: 6_000 }
  maya = await testConsole({ connection, resourcesDirectory: bundle.path, leaseTimes })
  omar = await testConsole({ connection, resourcesDirectory: bundle.path, leaseTimes, user: 'omar' })
})
afterAll(async () => {
  await connection.close()
  await cluster.stop()
  await bundle.remove()
  await maya.remove()
  await omar.remove()
})
beforeEach(() => {
  scope = { context: 'context:test', namespace: `consoles-test-${process.pid}-${(count += 1)}` }
})
afterEach(() => removeObject(connection, { apiVersion: 'v1', kind: 'Namespace', name: scope.namespace }))

const kill = (stage: string, dataDirectory: string) =>
  killedDeployment({ cluster, dataDirectory, namespace: scope.namespace, stage, resourcesDirectory: bundle.path })

it('lets no second console in while one works, and says who works since when', { timeout: patient }, async () => {
  const [hers, his] = await Promise.all([maya, omar].map(({ deployments }) => deployments.plan(scope, wanted)))
  const started = maya.deployments.apply(scope, hers?.id ?? '')
  await started
  await expect(omar.deployments.apply(scope, his?.id ?? '')).rejects.toMatchObject({
    code: 'BUSY',
    message: expect.stringContaining('maya on ') as string,
  })
  expect((await omar.deployments.status(scope)).unfinished).toMatchObject({ by: 'maya', isElsewhere: true })
  await expect(omar.drift.revert(scope, ['v1 ConfigMap settings'])).rejects.toMatchObject({ code: 'BUSY' })
  succeeded(await maya.ended(started))
  await until(async () => (await omar.deployments.status(scope)).unfinished === null, 'the lease to be given back')
  // Her deployment made his plan old.
  await expect(omar.deployments.apply(scope, his?.id ?? '')).rejects.toMatchObject({ code: 'EXPIRED' })
  succeeded(await omar.deploy(scope))
  expect((await maya.releases.list(scope)).map(({ by }) => by)).toEqual(['omar', 'maya'])
})

it(
  'is resumed at once by the console that was killed, and by another when its lease ran out',
  { timeout: patient },
  async () => {
    expect(await kill('Storage and database', maya.dataDirectory)).toBe('SIGKILL')
    const [row] = await omar.releases.list(scope)
    expect(row).toMatchObject({ state: 'applying', stage: 'Storage and database', by: 'maya' })
    // The child renews a lease of the usual length.
    expect((await maya.deployments.status(scope)).unfinished).toMatchObject({ id: row?.id, isElsewhere: false })
    const resumed = succeeded(await maya.ended(maya.deployments.resume(scope, row?.id ?? '')))
    expect(resumed.steps.map(({ state }) => state)).toEqual(['skipped', 'skipped', 'done', 'done', 'done'])

    await kill('Configuration', maya.dataDirectory)
    const [second] = await omar.releases.list(scope)
    await until(
      async () => (await omar.deployments.status(scope)).unfinished?.isElsewhere === false,
      'the lease of the killed console to run out',
    )
    const undone = succeeded(await omar.ended(omar.deployments.undo(scope, second?.id ?? '')))
    expect(undone.by).toBe('omar')
    expect((await maya.deployments.status(scope)).installed?.id).toBe(row?.id)
  },
)

it('is taken over by a new deployment, which undoes all of it', { timeout: patient }, async () => {
  await kill('Storage and database', maya.dataDirectory)
  const task = await maya.deploy(scope, 'images: { redis: no-such-image }')
  expect(task.state).toBe('failed')
  const [newest, killed] = await maya.releases.list(scope)
  expect(killed?.state).toBe('stopped')
  succeeded(await maya.ended(maya.deployments.undo(scope, newest?.id ?? '')))
  expect(await maya.deployments.status(scope)).toMatchObject({ installed: null, unfinished: null })
  // What the killed one made is gone too.
  const plan = await maya.deployments.plan(scope, wanted)
  const actions = plan.stages.flatMap(({ resources }) => resources.map(({ kind, action }) => `${kind} ${action}`))
  expect(actions).toEqual([
    'Namespace same',
    'ConfigMap create',
    'Secret same',
    'StatefulSet create',
    'Deployment create',
  ])
})

it('that is stopped can be resumed', { timeout: patient }, async () => {
  const plan = await maya.deployments.plan(scope, wanted)
  const started = await maya.deployments.apply(scope, plan.id)
  maya.tasks.cancel(started.taskId)
  expect((await maya.tasks.ended(started.taskId)).state).toBe('cancelled')
  const [row] = await maya.releases.list(scope)
  expect(row?.state).toBe('stopped')
  succeeded(await maya.ended(maya.deployments.resume(scope, row?.id ?? '')))
})

it('takes a backup first where that is wanted, once, and remembers which', { timeout: patient }, async () => {
  let taken = 0
  const takeSafetyBackup = () => Promise.resolve(`backup-${(taken += 1)}`)
  const careful = await testConsole({
    connection,
    resourcesDirectory: bundle.path,
    dataDirectory: maya.dataDirectory,
    needs: { takeSafetyBackup, appliedMigrations: () => Promise.resolve(['0001_tables']) },
  })
  await bundle.setMigrations([{ name: '0001_tables', previousReleaseRuns: true }])
  succeeded(await careful.deploy(scope))
  await bundle.setMigrations([
    { name: '0001_tables', previousReleaseRuns: true },
    { name: '0002_breaking', previousReleaseRuns: false },
  ])
  let applied = ['0001_tables']
  const next = await testConsole({
    connection,
    resourcesDirectory: bundle.path,
    dataDirectory: maya.dataDirectory,
    needs: { takeSafetyBackup, appliedMigrations: () => Promise.resolve(applied) },
  })
  const plan = await next.deployments.plan(scope, wanted)
  expect(plan.schema).toMatchObject({ state: 'forward', migrations: ['0002_breaking'] })
  applied = ['0001_tables', '0002_breaking']
  const task = await next.ended(next.deployments.apply(scope, plan.id, { safetyBackup: true }))
  expect(succeeded(task)).toMatchObject({ result: { backupId: 'backup-1' }, steps: [{ id: 'backup', state: 'done' }, {}, {}, {}, {}, {}] }) // prettier-ignore
  const [newest, first] = await next.releases.list(scope)
  expect([newest?.schema, first?.schema]).toEqual(['0002_breaking', '0001_tables'])
  expect(first?.back).toMatchObject({ state: 'restore', detail: expect.stringContaining('backup-1') as string })
  const back = await next.deployments.planRollback(scope, first?.id ?? '')
  expect(back.blockers).toEqual([])
  expect(back.checks.find(({ title }) => title === 'Database')).toMatchObject({
    state: 'warning',
    remedy: expect.stringContaining('Restore backup backup-1 of ') as string,
  })
  const undone = succeeded(await next.ended(next.deployments.undo(scope, newest?.id ?? '')))
  const said = undone.log.map(({ text }) => text).join('\n')
  expect(said).toContain('That release does not run on the schema of 0002_breaking')
})
