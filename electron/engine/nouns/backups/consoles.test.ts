import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Scope } from '#shared/contract/base.ts'
import { ConsoleError } from '#shared/errors.ts'
import { SuiteLeases } from '../../objects/suiteLeases.ts'
import { testNamespace, type TestNamespace } from '../../testing/testNamespace.ts'
import { Tasks, type Task } from '../tasks/tasks.ts'
import { Backups } from './backups.ts'
import type { SuiteServices } from './restore.ts'
import { sqlStateOf } from './sessions.ts'
import { services } from './testing/restoreJob.ts'
import { startSuite, temporaryFolder, until, type TestSuite } from './testing/suite.ts'

/** Milliseconds; nobody waits a minute for a lease to expire. */
const times = { renew: 300, stale: 3_000 }

let cluster: TestNamespace
let scope: Scope
let suite: TestSuite
let maya: Console
let omar: Console

interface Console {
  backups: Backups
  tasks: Tasks
  ended: (started: Promise<{ taskId: string }> | { taskId: string }) => Promise<Task>
  remove: () => Promise<void>
}

beforeAll(async () => {
  cluster = await testNamespace('two-consoles')
  scope = cluster.scope
  suite = await startSuite()
}, 120_000)
afterAll(async () => {
  await suite.stop()
  await cluster.stop()
})
beforeEach(async () => {
  await suite.fill('agency_swarm')
  maya = await console('maya')
  omar = await console('omar')
})
afterEach(async () => {
  await maya.remove()
  await omar.remove()
  for (const name of await suite.databases()) {
    if (name !== 'postgres') await suite.query(`DROP DATABASE "${name}" WITH (FORCE)`, 'postgres')
  }
})

/** A console of its own data directory, with a backup of its own to restore. */
async function console(user: string, given: Partial<SuiteServices> = {}): Promise<Console> {
  const folder = await temporaryFolder()
  const tasks = new Tasks(folder.path, (place) => cluster.directory.suiteOf(place))
  const worker = { id: folder.path, name: `${user} on laptop` }
  const backups = new Backups({
    tasks,
    directory: cluster.directory,
    leases: new SuiteLeases({ directory: cluster.directory, worker, times }),
    databases: { serverOf: () => Promise.resolve(suite.server) },
    services: () => ({ ...services(), ...given }),
    host: { dataDirectory: folder.path, user, now: () => Date.now() },
  })
  return {
    backups,
    tasks,
    ended: async (started) => tasks.ended((await started).taskId),
    remove: folder.remove,
  }
}

/** A backup of the suite that it is restored into. */
const from = (backupId: string) => ({ suite: cluster.directory.suiteOf(scope), backupId })
const agents = async () => Number((await suite.query('SELECT count(*) FROM agents'))[0])
/** Until the swap has made a backup with so many agents live; while it swaps, the database takes no connection. */
const live = (rows: number) =>
  until(async () => (await agents().catch(unlessSwapping)) === rows, `${rows} agents to be live`)
/** PostgreSQL's codes for a database that takes no connection, or has no name at this moment. */
const unlessSwapping = (thrown: unknown): undefined => {
  if (!['55000', '3D000', '57P01'].includes(String(sqlStateOf(thrown)))) throw thrown
}
const closed = () =>
  suite.query('SELECT datname FROM pg_database WHERE NOT datallowconn AND NOT datistemplate', 'postgres')
/** A backup of as many agents as given. */
async function backUp({ backups, ended }: Console, rows: number): Promise<string> {
  await suite.query(`DELETE FROM agents WHERE id > ${rows}`)
  return (await ended(backups.start(scope, `${rows} agents`))).result['backupId'] ?? ''
}
/** Something waits for `opened` until the test calls `open`. */
function gate(): { opened: Promise<unknown>; open: () => void } {
  const abort = new AbortController()
  const opened = new Promise((resolve) => abort.signal.addEventListener('abort', resolve))
  return { opened, open: () => abort.abort() }
}
const restoreOf = ({ backups }: Console) => backups.restores(scope)[0]

describe('two consoles at one suite', () => {
  it('restore at once: one does, the other is told who, and what, and changes nothing', async () => {
    const hers = await backUp(maya, 400)
    const his = await backUp(omar, 300)
    const both = await Promise.allSettled([
      maya.backups.restore(scope, from(hers)),
      omar.backups.restore(scope, from(his)),
    ])
    const [winner, rows] = both[0].status === 'fulfilled' ? [maya, 400] : [omar, 300]
    const loser = winner === maya ? omar : maya
    const [refused] = both.filter((one) => one.status === 'rejected')
    expect(refused?.reason).toMatchObject({
      code: 'BUSY',
      details: { by: expect.stringContaining(' on laptop') as string },
    })
    expect((refused?.reason as Error).message).toContain('Restore backup')
    const [started] = both.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(await winner.ended(started ?? { taskId: '' })).toMatchObject({ state: 'done' })
    expect(await agents()).toBe(rows)
    expect(loser.backups.restores(scope)).toEqual([])
    // The loser's turn comes when the winner has ended; both can say which of the two is live.
    expect(await loser.ended(loser.backups.restore(scope, from(loser === maya ? hers : his)))).toMatchObject({
      state: 'done',
    })
    expect(await agents()).toBe(loser === maya ? 400 : 300)
  })

  it('are kept apart while one goes back from a failed health check', async () => {
    const his = await backUp(omar, 300)
    const health = gate()
    const sick = await console('zoe', {
      untilHealthy: async () => {
        await health.opened
        throw new ConsoleError('TIMEOUT', 'backend did not become ready.')
      },
    })
    const hers = await backUp(sick, 200)
    await suite.query(`INSERT INTO agents (name) VALUES ('live before')`)
    const running = await sick.backups.restore(scope, from(hers))
    await live(200)
    await expect(omar.backups.restore(scope, from(his))).rejects.toMatchObject({ code: 'BUSY' })
    health.open()
    expect(await sick.ended(running)).toMatchObject({ state: 'failed', fault: { code: 'TIMEOUT' } })
    expect(await agents()).toBe(201)
    expect(restoreOf(sick)).toMatchObject({ state: 'failed', offers: [] })
    expect(await omar.ended(omar.backups.restore(scope, from(his)))).toMatchObject({ state: 'done' })
    expect(await agents()).toBe(300)
    await sick.remove()
  })

  it('undo against a later restore of the other: refused with the reason, and the database stays', async () => {
    const hers = await backUp(maya, 400)
    await maya.ended(maya.backups.restore(scope, from(hers)))
    const his = await backUp(omar, 300)
    await omar.ended(omar.backups.restore(scope, from(his)))
    const undone = await maya.ended(maya.backups.undo(scope, restoreOf(maya)?.id ?? ''))
    expect(undone.fault).toMatchObject({
      code: 'STATE_UNKNOWN',
      message: expect.stringContaining('another restore came after it') as string,
    })
    expect(await agents()).toBe(300)
    // Back one after the other, the later one first.
    expect(await omar.ended(omar.backups.undo(scope, restoreOf(omar)?.id ?? ''))).toMatchObject({ state: 'done' })
    expect(await agents()).toBe(300)
    expect(await maya.ended(maya.backups.undo(scope, restoreOf(maya)?.id ?? ''))).toMatchObject({ state: 'done' })
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
  })

  it('that lost its lease after the swap does not go back over the restore of the one who took it', async () => {
    const health = gate()
    const frozen = await console('zoe', {
      untilHealthy: async () => {
        await health.opened
        throw new ConsoleError('TIMEOUT', 'backend did not become ready.')
      },
    })
    const hers = await backUp(frozen, 200)
    const his = await backUp(omar, 100)
    const running = await frozen.backups.restore(scope, from(hers))
    await live(200)
    // As after a long sleep: the lease has expired, and another console takes it.
    const lease = `/apis/coordination.k8s.io/v1/namespaces/${scope.namespace}/leases/agency-swarm-deploy`
    await cluster.connection.request('DELETE', lease)
    expect(await omar.ended(omar.backups.restore(scope, from(his)))).toMatchObject({ state: 'done' })
    health.open()
    const task = await frozen.ended(running)
    expect(task).toMatchObject({ state: 'failed', fault: { code: 'STATE_UNKNOWN' } })
    expect(await agents()).toBe(100)
    expect(await closed()).toEqual([])
    await frozen.backups.look()
    expect(restoreOf(frozen)).toMatchObject({ state: 'unknown', offers: ['recover', 'keep'] })
    // Its own previous database is still there, and is its own to remove; the other's is not touched.
    await frozen.backups.keep(scope, restoreOf(frozen)?.id ?? '')
    expect(await agents()).toBe(100)
    expect(await omar.ended(omar.backups.undo(scope, restoreOf(omar)?.id ?? ''))).toMatchObject({ state: 'done' })
    expect(await agents()).toBe(200)
    await frozen.remove()
  })
})

describe('one restore after another', () => {
  it('leaves none of them without an end: the first is explained and can be removed when the second is kept', async () => {
    const first = await backUp(maya, 400)
    const second = await backUp(maya, 300)
    await maya.ended(maya.backups.restore(scope, from(first)))
    await maya.ended(maya.backups.restore(scope, from(second)))
    const [later, earlier] = maya.backups.restores(scope)
    expect([later?.state, earlier?.state]).toEqual(['done', 'superseded'])
    await maya.backups.keep(scope, later?.id ?? '')
    const [, left] = maya.backups.restores(scope)
    expect(left).toMatchObject({
      offers: ['keep'],
      message: expect.stringContaining(left?.previousDatabase ?? '?') as string,
    })
    await maya.backups.keep(scope, left?.id ?? '')
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
    expect(await agents()).toBe(300)
    expect(maya.backups.restores(scope).map(({ offers }) => offers)).toEqual([[], []])
  })
})
