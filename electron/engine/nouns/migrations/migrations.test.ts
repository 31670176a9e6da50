import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { imageRegistry } from '#shared/testing/cluster.ts'
import { podDatabases } from '../../database/podDatabase.ts'
import { loadBundle, render } from '#shared/bundle/index.ts'
import { apply, listObjects } from '../../kube/index.ts'
import { Migrations, type BundledMigration } from './migrations.ts'
import { untilRolledOut } from '../../objects/rolloutWait.ts'
import type { Task } from '../tasks/tasks.ts'
import { testNamespace, type TestNamespace } from '../../testing/testNamespace.ts'

/** A database takes its time to come up. */
const patient = 300_000

let place: TestNamespace
let migrations: Migrations
let bundled: readonly BundledMigration[]
let backups: string[]

beforeAll(async () => {
  place = await testNamespace('migrations')
  const { namespace } = place.scope
  const bundle = await loadBundle(join(import.meta.dirname, '..', '..', '..', '..', 'resources'))
  const from = { profile: 'sandbox', values: '', version: '0.1.0', release: 'r1' }
  const stages = render(bundle, { ...from, namespace, registry: imageRegistry, secrets: new Map() })
  const objects = stages.flatMap((stage) => stage.objects)
  // The database and what runs the migrator; not the rest of the suite.
  const whole = ['ServiceAccount', 'ConfigMap', 'Secret', 'PersistentVolumeClaim']
  const needed = objects.filter(
    ({ kind, metadata }) =>
      whole.includes(kind) ||
      (['Service', 'StatefulSet'].includes(kind) && metadata.name.startsWith('postgresql')) ||
      (kind === 'Deployment' && metadata.name === 'agency-swarm-backend'),
  )
  for (const object of needed) await apply(place.connection, object)
  await untilRolledOut(place.connection, { apiVersion: 'apps/v1', kind: 'StatefulSet', namespace, name: 'postgresql' })
  bundled = bundle.migrations
  backups = []
  migrations = new Migrations({
    tasks: place.tasks,
    directory: place.directory,
    leases: place.leases,
    databases: podDatabases(place.directory),
    host: { user: 'maya' },
    bundled: () => Promise.resolve(bundled),
    takeSafetyBackup: (_scope, reason) => {
      backups.push(reason)
      return Promise.resolve(`backup-${backups.length}`)
    },
  })
}, patient)
afterAll(() => place.stop(), patient)

const sql = async (text: string) => {
  const { context, namespace } = place.scope
  const server = await podDatabases(place.directory).serverOf(context, namespace)
  const session = await server.connect(server.database, 'test')
  try {
    return await session.query(text)
  } finally {
    await session.close()
  }
}
const names = (list: readonly { name: string }[]) => list.map(({ name }) => name)
async function done(started: { taskId: string }): Promise<Task> {
  const task = await place.ended(started)
  if (task.state !== 'done') throw new Error(JSON.stringify([task.fault, task.log, task.steps], null, 1))
  return task
}

it(
  'migrates an empty database behind a backup, from the pods of the backend where no job is left',
  { timeout: patient },
  async () => {
    expect(await migrations.status(place.scope)).toMatchObject({ applied: [], canUndo: false, pending: bundled })
    const task = await done(await migrations.run(place.scope))
    expect(task).toMatchObject({
      kind: 'migrate',
      result: { backupId: 'backup-1', applied: names(bundled).join(', ') },
    })
    expect(task.steps.map(({ id, state }) => `${id} ${state}`)).toEqual([
      'backup done',
      'count done',
      'migrate done',
      'check done',
    ])
    expect(task.steps.at(-1)?.detail).toMatch(/indexes, constraints and sequences are in order/)
    const status = await migrations.status(place.scope)
    expect(names(status.applied)).toEqual(names(bundled))
    expect(status).toMatchObject({ pending: [], canUndo: true })
    expect(Math.abs((status.applied[0]?.at ?? 0) - Date.now())).toBeLessThan(patient)
  },
)

it('takes back the newest migration and brings it again with a job of another name', { timeout: patient }, async () => {
  const task = await done(await migrations.undo(place.scope))
  const newest = bundled.at(-1)?.name
  expect(task).toMatchObject({ kind: 'undoMigration', result: { takenBack: newest, applied: '' } })
  expect(names((await migrations.status(place.scope)).pending)).toEqual([newest])
  expect(await done(await migrations.run(place.scope))).toMatchObject({ result: { applied: newest } })
  const options = { namespace: place.scope.namespace }
  expect(await listObjects(place.connection, { apiVersion: 'batch/v1', kind: 'Job' }, options)).toHaveLength(3)
  expect(backups).toHaveLength(3)
})

it('refuses what cannot be taken back, and says what to restore', { timeout: patient }, async () => {
  const real = bundled
  bundled = real.map((migration) => ({ ...migration, isReversible: false }))
  await expect(migrations.undo(place.scope)).rejects.toThrow(
    /cannot be taken back without losing data: restore a backup from before/,
  )
  bundled = real.slice(0, -1)
  await expect(migrations.undo(place.scope)).rejects.toThrow(/of a newer release than this console's/)
  bundled = real
  expect(backups).toHaveLength(3)
})

it(
  'fails when the database is not as it should be afterwards, naming every fault and the backup',
  { timeout: patient },
  async () => {
    await sql(`CREATE TABLE odd (id serial PRIMARY KEY, value int)`)
    await sql(`INSERT INTO odd (id, value) VALUES (7, 1)`)
    await sql(`ALTER TABLE odd ADD CONSTRAINT odd_positive CHECK (value > 0) NOT VALID`)
    const task = await place.ended(await migrations.run(place.scope))
    expect(task).toMatchObject({ state: 'failed', fault: { code: 'VERIFICATION_FAILED' } })
    expect(task.fault?.message).toMatch(
      /Constraint odd_positive of odd.*Sequence odd_id_seq is at 0, and odd has 7.*Backup backup-4 is from before/s,
    )
    await sql('DROP TABLE odd')
  },
)

it('changes nothing when the backup fails', { timeout: patient }, async () => {
  const broken = new Migrations({
    tasks: place.tasks,
    directory: place.directory,
    leases: place.leases,
    databases: podDatabases(place.directory),
    host: { user: 'maya' },
    bundled: () => Promise.resolve(bundled),
    takeSafetyBackup: () => Promise.reject(new Error('no space')),
  })
  const options = { namespace: place.scope.namespace }
  const jobs = () => listObjects(place.connection, { apiVersion: 'batch/v1', kind: 'Job' }, options)
  const before = names((await jobs()).map(({ metadata }) => metadata))
  expect(await place.ended(await broken.run(place.scope))).toMatchObject({
    state: 'failed',
    steps: [{ state: 'failed' }, {}, {}, {}],
  })
  expect(names((await jobs()).map(({ metadata }) => metadata))).toEqual(before)
})

it('says why a migration failed, with the last lines of its job', { timeout: patient }, async () => {
  await sql(`UPDATE archon_migrations SET name = '0000_unknown' WHERE id = 1`)
  const task = await place.ended(await migrations.run(place.scope))
  expect(task).toMatchObject({ state: 'failed', fault: { code: 'DEPLOY_FAILED' } })
  expect(task.fault?.message).toMatch(/Mend the cause and migrate again, or restore the backup/)
  expect(task.log.some(({ level }) => level === 'error')).toBe(true)
})
