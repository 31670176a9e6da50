import { appendFile } from 'node:fs/promises'
import type { Scope, Suite } from '#shared/contract/base.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ConsoleError } from '#shared/errors.ts'
import { Tasks, type Task } from '../tasks/tasks.ts'
import { Backups } from './backups.ts'
import { planRestore } from './plan.ts'
import { services } from './testing/restoreJob.ts'
import { archiveFile, startSuite, temporaryFolder, type TestSuite } from './testing/suite.ts'
import { testNamespace, type TestNamespace } from '../../testing/testNamespace.ts'

/** A cluster to hold the lease in; the database is a server of this machine. */
let cluster: TestNamespace
let scope: Scope
let place: Suite
let suite: TestSuite
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let tasks: Tasks
let isReachable: boolean

beforeAll(async () => {
  cluster = await testNamespace('backups')
  scope = cluster.scope
  place = cluster.directory.suiteOf(scope)
  suite = await startSuite()
  await suite.fill('agency_swarm')
})
afterAll(async () => {
  await suite.stop()
  await cluster.stop()
})
beforeEach(async () => {
  folder = await temporaryFolder()
  isReachable = true
})
afterEach(() => folder.remove())

/** Called again it is an engine that starts over on the same files. */
function engine(): Backups {
  tasks = new Tasks(folder.path, (place) => cluster.directory.suiteOf(place))
  return new Backups({
    tasks,
    directory: cluster.directory,
    leases: cluster.leases,
    databases: {
      serverOf: () =>
        isReachable
          ? Promise.resolve(suite.server)
          : Promise.reject(new ConsoleError('CLUSTER_UNREACHABLE', 'Not there.')),
    },
    services: () => services(),
    host: { dataDirectory: folder.path, user: 'maya', now: () => Date.now() },
  })
}

async function ended({ taskId }: { taskId: string }): Promise<Task> {
  const task = await tasks.ended(taskId)
  expect(task).toMatchObject({ state: 'done' })
  return task
}
const from = (backupId: string) => ({ suite: cluster.directory.suiteOf(scope), backupId })
const backUp = async (backups: Backups) => (await ended(backups.start(scope, 'test'))).result['backupId'] ?? ''

describe('Backups', () => {
  it('plans a restore: rows now and after, what restarts, nothing in the way', async () => {
    const backups = engine()
    const id = await backUp(backups)
    await suite.query('CREATE TABLE agents_copy AS SELECT * FROM agents')
    const plan = await planRestore(backups, scope, from(id))
    await suite.query('DROP TABLE agents_copy')
    expect(plan.blockers).toEqual([])
    expect(plan.tables).toContainEqual({ name: 'public.agents', now: 500, after: 500 })
    expect(plan.tables).toContainEqual({ name: 'public.agents_copy', now: 500, after: null })
    expect(plan.effects).toContainEqual({ title: 'Restarted', detail: 'backend (1 pod)' })
    expect(plan.steps.map(({ group }) => group)).toEqual(['safe', 'safe', 'safe', 'safe', 'change', 'change', 'change'])
    expect(plan.warnings[0]).toContain('was not verified yet')
  })

  it('restores a backup of another suite: the plan warns, and task and restore name both', async () => {
    const backups = engine()
    const staging = { ...scope, namespace: 'staging' }
    const { taskId } = backups.start(staging, 'of staging')
    const id = (await ended({ taskId })).result['backupId'] ?? ''
    expect(await backups.list(scope, true)).toEqual([])
    const source = { suite: cluster.directory.suiteOf(staging), backupId: id }
    const plan = await planRestore(backups, scope, source)
    expect(plan.crossing).toMatchObject({ from: { namespace: 'staging' }, to: { namespace: scope.namespace } })
    expect(plan.warnings[0]).toContain('The backup is of staging on test')
    const task = await ended(await backups.restore(scope, source))
    expect(task).toMatchObject({ title: `Restore backup ${id} of staging on test`, namespace: scope.namespace })
    const [restore] = backups.restores(scope)
    expect(restore).toMatchObject({ backupId: id, source: source.suite, namespace: scope.namespace, state: 'done' })
    await backups.keep(scope, restore?.id ?? '')
  })

  it('blocks the plan of a damaged backup, and of a database that cannot be reached', async () => {
    const backups = engine()
    const id = await backUp(backups)
    await appendFile(archiveFile(folder.path, id, place), 'x')
    isReachable = false
    const { blockers } = await planRestore(backups, scope, from(id))
    expect(blockers.map(({ code }) => code)).toEqual(['ARCHIVE_DAMAGED', 'CLUSTER_UNREACHABLE'])
  })

  it('does one thing at a time in a database', async () => {
    const backups = engine()
    const first = backups.start(scope, 'one')
    expect(() => backups.start(scope, 'two')).toThrow(expect.objectContaining({ code: 'BUSY' }))
    await ended(first)
    await backUp(backups)
    expect(await backups.list(scope, true)).toHaveLength(2)
  })

  it('never leaves its folder, whatever id it is asked for', async () => {
    const backups = engine()
    await expect(backups.delete(scope, '../../../etc')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(backups.undo(scope, '../x')).rejects.toThrow()
  })

  it('knows the room for backups before there is any', async () => {
    expect((await engine().catalogue.space()).totalBytes).toBeGreaterThan(0)
  })

  it('keeps the backups of two clusters with similar names apart', async () => {
    const backups = engine()
    await backUp(backups)
    expect(await backups.list({ ...scope, context: 'context:Test' }, true)).toEqual([])
    expect(await backups.list({ ...scope, namespace: 'agency.swarm' }, true)).toEqual([])
  })

  it('deletes a backup, and says so when it is gone already', async () => {
    const backups = engine()
    const id = await backUp(backups)
    await backups.delete(scope, id)
    expect(await backups.list(scope, true)).toEqual([])
    await expect(backups.delete(scope, id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('shows a restore whose database is out of reach as unknown, and settles it when it is back', async () => {
    const before = engine()
    const id = await backUp(before)
    const cut = suite.server.connect.bind(suite.server)
    // The whole server goes out of reach when the copy is about to be filled.
    suite.server.connect = (database, ...rest) => {
      if (!database.includes('_restore_')) return cut(database, ...rest)
      suite.server.connect = () => Promise.reject(new ConsoleError('CONNECTION_LOST', 'Gone.'))
      return suite.server.connect(database, ...rest)
    }
    const { taskId } = await before.restore(scope, from(id))
    const task = await tasks.ended(taskId)
    expect(task).toMatchObject({ state: 'failed', fault: { code: 'CONNECTION_LOST' } })

    isReachable = false
    const after = engine()
    await after.look()
    expect(after.restores(scope)).toMatchObject([{ state: 'unknown', backupId: id, offers: ['recover'] }])
    isReachable = true
    suite.server.connect = cut
    await after.look()
    const [left] = after.restores(scope)
    const copy = (await suite.databases()).find((name) => name.includes('_restore_')) ?? ''
    expect(left).toMatchObject({ state: 'unknown', recovery: [`Drop the unfinished copy ${copy}`] })
    // Looking changed nothing: the copy is still there.
    await ended(await after.recover(scope, left?.id ?? ''))
    expect(after.restores(scope)).toMatchObject([{ state: 'interrupted', offers: [] }])
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
    expect((await suite.query('SELECT count(*) FROM agents'))[0]).toBe('500')
  })
})
