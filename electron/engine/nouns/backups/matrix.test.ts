import { cp } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Restore } from '#shared/contract/backups.ts'
import { randomFrom } from '#shared/testing/random.ts'
import { soaked, soakTimeout } from '#shared/testing/soak.ts'
import { testNamespace, type TestNamespace } from '../../testing/testNamespace.ts'
import { consoleOf, leaseTimes, type ConsoleFacts } from './testing/consoleOf.ts'
import { startConsole, type ConsoleProcess, type ConsoleWork, type WorkEnded } from './testing/consoleProcess.ts'
import { startSuite, temporaryFolder, type TestSuite } from './testing/suite.ts'

// Two consoles at one suite, each in a process of its own, that begin at random moments; either, both or none is killed at a random moment.
const runs = soaked(20, 60)
/** CONSOLE_SEED repeats a run that failed. */
const seed = Number(process.env['CONSOLE_SEED'] ?? Date.now() % 1_000_000)

const users = ['maya', 'omar'] as const
type User = (typeof users)[number]
/** Rows of the live database, and of the backup that each console has. */
const rows = { before: 500, maya: 400, omar: 300 }

let cluster: TestNamespace
let suite: TestSuite
let folder: Awaited<ReturnType<typeof temporaryFolder>>
const backupIds: Record<User, string> = { maya: '', omar: '' }

beforeAll(async () => {
  cluster = await testNamespace('matrix')
  suite = await startSuite()
  folder = await temporaryFolder()
  for (const user of users) {
    await freshDatabase()
    await suite.query(`DELETE FROM agents WHERE id > ${rows[user]}`)
    const { backups, tasks, close } = consoleOf(factsOf(user, template(user)))
    const task = await tasks.ended(backups.start(cluster.scope, `${rows[user]} agents`).taskId)
    backupIds[user] = task.result['backupId'] ?? ''
    await tasks.stop()
    await close()
  }
})
afterAll(async () => {
  await suite.stop()
  await cluster.stop()
  await folder.remove()
})

const template = (user: User): string => `${folder.path}/${user}`
function factsOf(user: User, dataDirectory: string, sick = 0): ConsoleFacts {
  const { kubeconfigPath: kubeconfig, context: contextName } = cluster.cluster
  return { user, dataDirectory, kubeconfig, contextName, server: suite.facts, sick }
}

async function freshDatabase(): Promise<void> {
  for (const name of await suite.databases())
    if (name !== 'postgres') await suite.query(`DROP DATABASE "${name}" WITH (FORCE)`, 'postgres')
  await suite.fill('agency_swarm')
}

const agents = async (): Promise<number> => Number((await suite.query('SELECT count(*) FROM agents'))[0])

interface Plan {
  /** Whether maya's restore is there already, with its way back. */
  isRestored: boolean
  sick: Record<User, number>
  begins: Record<User, ConsoleWork['what']>
  /** Whether one that is told to wait tries again until its turn has come. */
  insists: Record<User, boolean>
  after: Record<User, number>
  killed: User[]
  killedAfter: number
}

function planOf(random: () => number): Plan {
  const pick = <Value>(...values: Value[]): Value => values[Math.floor(random() * values.length)] as Value
  const isRestored = random() < 0.5
  return {
    isRestored,
    sick: { maya: pick(0, 0, 1), omar: pick(0, 0, 1) },
    begins: { maya: isRestored ? pick('restore', 'undo', 'keep') : 'restore', omar: 'restore' },
    insists: { maya: pick(true, false), omar: pick(true, false) },
    after: { maya: random() * 300, omar: random() * 300 },
    killed: pick<User[]>(['maya'], ['omar'], ['maya', 'omar'], []),
    killedAfter: random() * 1_500,
  }
}

for (let run = 1; run <= runs; run += 1) {
  const plan = planOf(randomFrom(seed + run))
  it(
    `seed ${seed}, run ${run}: ${JSON.stringify(plan)}`,
    async () => {
      await freshDatabase()
      const places = { maya: `${folder.path}/${run}-maya`, omar: `${folder.path}/${run}-omar` }
      for (const user of users) await cp(template(user), places[user], { recursive: true, force: true })
      const restoreId = plan.isRestored ? await restoredBy(places.maya) : ''
      const ends = await bothAtWork(plan, places, restoreId)
      await settled(places)
      await allTrue(places, ends, plan)
    },
    soakTimeout,
  )
}

/** Maya's restore, sound and ended. @returns its id */
async function restoredBy(dataDirectory: string): Promise<string> {
  const { backups, tasks, close } = consoleOf(factsOf('maya', dataDirectory))
  const { taskId } = await backups.restore(cluster.scope, {
    suite: cluster.directory.suiteOf(cluster.scope),
    backupId: backupIds.maya,
  })
  expect(await tasks.ended(taskId)).toMatchObject({ state: 'done' })
  await tasks.stop()
  await close()
  return backups.restores(cluster.scope)[0]?.id ?? ''
}

async function bothAtWork(
  { sick, begins, insists, after, killed, killedAfter }: Plan,
  places: Record<User, string>,
  restoreId: string,
): Promise<Record<User, WorkEnded>> {
  const start = (user: User) => startConsole({ ...factsOf(user, places[user], sick[user]), scope: cluster.scope })
  const [maya, omar] = await Promise.all([start('maya'), start('omar')])
  const consoles: Record<User, ConsoleProcess> = { maya, omar }
  const work = async (user: User) => {
    await delay(after[user])
    const what = begins[user]
    const order = { what, id: what === 'restore' ? backupIds[user] : restoreId }
    for (;;) {
      const ended = await consoles[user].perform(order)
      if (ended.fault?.code !== 'BUSY' || !insists[user]) return ended
      await delay(leaseTimes.renew)
    }
  }
  const kills = async () => {
    await delay(killedAfter)
    await Promise.all(killed.map((user) => consoles[user].kill()))
  }
  const [mayas, omars] = await Promise.all([work('maya'), work('omar'), kills()])
  await Promise.all(users.map((user) => consoles[user].kill()))
  return { maya: mayas, omar: omars }
}

/** Both consoles start again, and recover what they offer to recover. */
async function settled(places: Record<User, string>): Promise<void> {
  for (const user of users) {
    const { backups, tasks, close } = consoleOf(factsOf(user, places[user]))
    await backups.look()
    for (const { id, offers } of backups.restores(cluster.scope)) {
      if (!offers.includes('recover')) continue
      const { taskId } = await untilFree(() => backups.recover(cluster.scope, id))
      expect((await tasks.ended(taskId)).fault).toBeUndefined()
    }
    await tasks.stop()
    await close()
  }
}

/** A killed console holds the suite until its lease is stale. */
async function untilFree<Value>(work: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await work()
    } catch (thrown) {
      if ((thrown as { code?: string }).code !== 'BUSY') throw thrown
      await delay(leaseTimes.renew)
    }
  }
}

async function allTrue(places: Record<User, string>, ends: Record<User, WorkEnded>, plan: Plan): Promise<void> {
  expect(
    await suite.query('SELECT datname FROM pg_database WHERE NOT datallowconn AND NOT datistemplate', 'postgres'),
  ).toEqual([])
  const live = await agents()
  expect([rows.before, rows.maya, rows.omar]).toContain(live)
  const again = users.map((user) => ({ user, ...consoleOf(factsOf(user, places[user])) }))
  const listed: { user: User; restore: Restore }[] = []
  for (const { user, backups, tasks } of again) {
    await backups.look(cluster.directory.suiteOf(cluster.scope))
    expect(tasks.all().filter(({ state }) => state === 'running')).toEqual([])
    for (const restore of backups.restores(cluster.scope)) listed.push({ user, restore })
  }
  // Whoever is told that it went well finds the own data live, unless the other's restore came after it, which is then said.
  const current = listed.filter(({ restore }) => restore.state === 'done' || restore.state === 'kept')
  const doneLast = current.filter(({ restore }) => restore.offers.includes('undo') || restore.state === 'kept')
  for (const { user, restore } of doneLast) if (restore.state === 'done') expect(live).toBe(rows[user])
  expect(doneLast.filter(({ restore }) => restore.state === 'done').length).toBeLessThanOrEqual(1)
  for (const user of users) {
    if (ends[user].state === 'done' && plan.begins[user] === 'restore') {
      const own = listed.filter((each) => each.user === user)
      expect(own.some(({ restore }) => ['done', 'superseded', 'undone', 'kept'].includes(restore.state))).toBe(true)
    }
    if (ends[user].state === 'refused') expect(ends[user].fault?.message).not.toBe('')
  }
  await waysBack(again, listed)
  for (const { tasks, close } of again) {
    await tasks.stop()
    await close()
  }
}

type Again = ReturnType<typeof consoleOf> & { user: User }

/** Every Undo that is offered works; then everything that a console left is removed by the console that offers it. */
async function waysBack(again: Again[], listed: { user: User; restore: Restore }[]): Promise<void> {
  for (const { user, restore } of listed) {
    const console = again.find((each) => each.user === user)
    if (!console || !restore.offers.includes('undo')) continue
    const { backups, tasks } = console
    const { taskId } = await untilFree(() => backups.undo(cluster.scope, restore.id))
    expect(await tasks.ended(taskId)).toMatchObject({ state: 'done' })
    expect([rows.before, rows.maya, rows.omar]).toContain(await agents())
  }
  for (const { backups } of again) {
    await backups.look(cluster.directory.suiteOf(cluster.scope))
    for (const { id, offers } of backups.restores(cluster.scope))
      if (offers.includes('keep')) await untilFree(() => backups.keep(cluster.scope, id))
  }
  expect(await suite.databases()).toEqual(['agency_swarm', 'postgres'])
}
