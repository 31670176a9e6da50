import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { KeptDatabase } from '#shared/contract/backups.ts'
import type { Scope } from '#shared/contract/base.ts'
import { testNamespace, type TestNamespace } from '../../testing/testNamespace.ts'
import { Tasks } from '../tasks/tasks.ts'
import { Backups } from './backups.ts'
import { derivedDatabase, purposeOf } from './names.ts'
import { services } from './testing/restoreJob.ts'
import { startSuite, temporaryFolder, type TestSuite } from './testing/suite.ts'

let cluster: TestNamespace
let scope: Scope
let suite: TestSuite
let folder: Awaited<ReturnType<typeof temporaryFolder>>
let tasks: Tasks
let backups: Backups

beforeAll(async () => {
  cluster = await testNamespace('kept-databases')
  scope = cluster.scope
  suite = await startSuite()
})
afterAll(async () => {
  await suite.stop()
  await cluster.stop()
})
beforeEach(async () => {
  folder = await temporaryFolder()
  await suite.fill('agency_swarm')
  tasks = new Tasks(folder.path, (place) => cluster.directory.suiteOf(place))
  backups = new Backups({
    tasks,
    directory: cluster.directory,
    leases: cluster.leases,
    databases: { serverOf: () => Promise.resolve(suite.server) },
    services: () => services(),
    host: { dataDirectory: folder.path, user: 'maya', now: () => Date.now() },
  })
})
afterEach(async () => {
  await folder.remove()
  for (const name of await suite.databases())
    if (name !== 'postgres') await suite.query(`DROP DATABASE "${name}" WITH (FORCE)`, 'postgres')
})

const ended = async (started: Promise<{ taskId: string }> | { taskId: string }) => {
  const task = await tasks.ended((await started).taskId)
  expect(task).toMatchObject({ state: 'done' })
  return task
}
const from = (backupId: string) => ({ suite: cluster.directory.suiteOf(scope), backupId })
const backUp = async () => (await ended(backups.start(scope, 'test'))).result['backupId'] ?? ''
const facts = (all: KeptDatabase[]) => all.map(({ purpose, proof, offers }) => [purpose, proof, offers.join()])
/** A database as a restore of another console leaves it. */
const foreign = derivedDatabase('agency_swarm', 'before', '20260102T030405678Z-abcd')
const only = async (): Promise<KeptDatabase> => {
  const [one, ...more] = await backups.databases(scope)
  if (!one || more.length > 0) throw new Error(`${more.length + (one ? 1 : 0)} databases, and not one`)
  return one
}

describe('the databases that consoles made', () => {
  it('restore 1, restore 2, keep 2: that of restore 1 is listed, explained, and has a way out', async () => {
    const id = await backUp()
    await ended(backups.restore(scope, from(id)))
    await ended(backups.restore(scope, from(id)))
    expect(facts(await backups.databases(scope))).toEqual([
      ['before', 'journal', 'keep'],
      ['before', 'journal', 'undo,keep'],
    ])
    const [second, first] = backups.restores(scope)
    await backups.keep(scope, second?.id ?? '')
    const left = await only()
    expect(left).toMatchObject({ restoreId: first?.id, name: first?.previousDatabase, offers: ['keep'], isOpen: true })
    expect(left.bytes).toBeGreaterThan(1_000_000)
    await backups.keep(scope, left.restoreId ?? '')
    expect(await backups.databases(scope)).toEqual([])
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
  })

  it("another console's is told by its name, and removed by number and name together", async () => {
    await suite.query(`CREATE DATABASE ${foreign}`, 'postgres')
    const one = await only()
    expect(one).toMatchObject({
      name: foreign,
      ...{ purpose: 'before', proof: 'name', offers: ['remove'], madeBy: '20260102T030405678Z-abcd' },
      madeAt: Date.parse('2026-01-02T03:04:05.678Z'),
    })
    await suite.query(`DROP DATABASE ${foreign}`, 'postgres')
    await suite.query(`CREATE DATABASE ${foreign}`, 'postgres')
    await expect(backups.removeDatabase(scope, one)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await backups.removeDatabase(scope, await only())
    expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
  })

  it.each([
    'postgres',
    'agency_swarm',
    'customers',
    'agency_swarm_before_summer',
    'other_suite_before_20260102t030405678z_abcd',
    'agency_swarm_copy_20260102t030405678z_abcd',
    'agency_swarm_before_20261399t030405678z_abcd',
  ])('%s is none of them: not listed, and not removed by whatever number', async (name) => {
    if (!(await suite.databases()).includes(name)) await suite.query(`CREATE DATABASE ${name}`, 'postgres')
    expect(await backups.databases(scope)).toEqual([])
    const [oid] = await suite.query(`SELECT oid::text FROM pg_database WHERE datname = '${name}'`, 'postgres')
    const removing = backups.removeDatabase(scope, { oid: String(oid), name })
    await expect(removing).rejects.toMatchObject({ code: 'FORBIDDEN' })
    expect(await suite.databases()).toContain(name)
  })

  it('one that is used, or that a restore here can still use, is not removed', async () => {
    await ended(backups.restore(scope, from(await backUp())))
    const own = await only()
    await expect(backups.removeDatabase(scope, own)).rejects.toMatchObject({
      code: 'BUSY',
      details: { offers: ['undo', 'keep'] },
    })
    await suite.query(`CREATE DATABASE ${foreign}`, 'postgres')
    const session = await suite.server.connect(foreign, 'agency-swarm-console trial x')
    const other = (await backups.databases(scope)).find(({ name }) => name === foreign)
    expect(other).toMatchObject({ sessions: 1 })
    await expect(backups.removeDatabase(scope, { oid: other?.oid ?? '', name: foreign })).rejects.toMatchObject({
      code: 'BUSY',
      details: { applications: ['agency-swarm-console trial x'] },
    })
    await session.close()
    expect(await suite.databases()).toContain(foreign)
  })

  it('the last one with data is not removed while no database has the live name', async () => {
    await suite.query(`ALTER DATABASE agency_swarm RENAME TO ${foreign}`, 'postgres')
    const one = await only()
    expect(one.offers).toEqual([])
    await expect(backups.removeDatabase(scope, one)).rejects.toMatchObject({ code: 'STATE_UNKNOWN' })
    expect(await suite.databases()).toEqual([foreign, 'postgres'])
  })

  it('one whose server does not answer is unknown, and not an empty list', async () => {
    const connect = suite.server.connect.bind(suite.server)
    suite.server.connect = () => Promise.reject(new Error('no route'))
    await expect(backups.databases(scope)).rejects.toThrow('no route')
    suite.server.connect = connect
  })
})

it('names that were cut for their length still tell whose they are', () => {
  const long = 'a'.repeat(60)
  const name = derivedDatabase(long, 'undone', '20260102T030405678Z-abcd')
  expect(Buffer.byteLength(name)).toBe(63)
  expect(purposeOf(long, name)).toMatchObject({ purpose: 'undone', id: '20260102T030405678Z-abcd' })
  expect(purposeOf('b'.repeat(60), name)).toBeUndefined()
})
