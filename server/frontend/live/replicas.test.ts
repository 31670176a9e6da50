import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startRedis, type TestRedis } from '#shared/testing/redis.ts'
import { serviceEnvironment } from '../../testing/environment.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../../testing/suiteDatabase.ts'
import { until } from '../../testing/until.ts'
import { listen, type Listener } from './testing/listener.ts'
import { writeTasks, type Load } from './testing/load.ts'
import { signedInPerson } from './testing/people.ts'
import { buildReplicas, type Replica, type Replicas } from './testing/replica.ts'

let database: SuiteDatabase
let redis: TestRedis
let replicas: Replicas
let token: string

beforeAll(async () => {
  ;[database, redis, replicas] = await Promise.all([startSuiteDatabase(), startRedis(), buildReplicas()])
  token = await (await signedInPerson(database.connection.tables)).token()
})
afterAll(async () => {
  await replicas?.stop()
  await database?.stop()
  await redis?.stop()
})

const withRedis = () =>
  serviceEnvironment(database, { REDIS_URL: `redis://127.0.0.1:${redis.port}`, REDIS_PASSWORD: redis.password })
const watch = (replica: Replica, since?: string) => listen(replica.address, { token, topics: ['tasks'], since })
const hasTold = (listeners: readonly Listener[], load: Load) => {
  const told = new Set(listeners.flatMap((listener) => listener.changed('task')))
  return load.written.every((id) => told.has(id))
}
/** Each of the tasks was told once over all connections of one client. Each was written once, so twice would be a double. */
const expectOnce = (listeners: readonly Listener[], load: Load) => {
  const written = new Set(load.written)
  const told = listeners.flatMap((listener) => listener.changed('task')).filter((id) => written.has(id))
  expect(told.length).toBe(new Set(told).size)
  expect([...told].sort()).toEqual([...load.written].sort())
}
const write = async (count: number) => {
  const load = writeTasks(database.connection.tables)
  await until(
    () => load.written.length,
    (length) => length >= count,
  )
  await load.stop()
  return load
}

describe.each([
  { name: 'over Redis', environment: withRedis },
  { name: 'over PostgreSQL alone', environment: () => serviceEnvironment(database) },
])('two replicas $name', ({ name, environment }) => {
  let first: Replica
  let second: Replica
  beforeEach(async () => {
    ;[first, second] = await Promise.all([replicas.start(environment()), replicas.start(environment())])
  })
  afterEach(() => Promise.all([first, second].map((replica) => replica.end('SIGKILL'))))

  it('both tell every change once', async () => {
    const listeners = await Promise.all([watch(first), watch(second)])
    const load = await write(100)
    for (const listener of listeners) {
      await until(() => hasTold([listener], load), Boolean)
      expectOnce([listener], load)
    }
  })

  it('continue by themselves after PostgreSQL restarted in the middle of load, without loss or double', async () => {
    const listeners = await Promise.all([watch(first), watch(second)])
    const load = writeTasks(database.connection.tables)
    const hasWritten = (count: number) =>
      until(
        () => load.written.length,
        (length) => length >= count,
      )
    await hasWritten(50)
    await database.postgres.restart()
    await hasWritten(150)
    await load.stop()
    for (const listener of listeners) {
      await until(() => hasTold([listener], load), Boolean)
      expectOnce([listener], load)
      expect(listener.messages.filter(({ type }) => type === 'snapshot')).toHaveLength(1)
    }
  })

  it('let a client go from one to the other in the middle of load with its last id: it misses and doubles nothing', async () => {
    const parts = [await watch(first)]
    const load = writeTasks(database.connection.tables)
    for (let move = 1; move <= 6; move += 1) {
      await until(
        () => load.written.length,
        (length) => length >= move * 30,
      )
      const before = parts.at(-1)
      await before?.close()
      const next = await watch(move % 2 === 0 ? first : second, before?.lastId())
      expect(next.messages.find(({ type }) => type === 'subscribed')?.isResumed).toBe(true)
      expect(next.messages.some(({ type }) => type === 'snapshot')).toBe(false)
      parts.push(next)
    }
    await load.stop()
    await until(() => hasTold(parts, load), Boolean)
    expectOnce(parts, load)
  })

  it('one killed, its clients continue at the other, which tells everything', async () => {
    const leaders = async () => [
      await first.metric('websocket_batches_total', 'role="leader"'),
      await second.metric('websocket_batches_total', 'role="leader"'),
    ]
    const [atFirst, atSecond] = await Promise.all([watch(first), watch(second)])
    const load = writeTasks(database.connection.tables)
    let killed = first
    if (name === 'over Redis') {
      // The one that is told by the other is not the reader. Killed is the reader.
      const [firstIsTold = 0] = await until(leaders, (told) => told.some((count) => count > 0))
      killed = firstIsTold > 0 ? second : first
    } else
      await until(
        () => load.written.length,
        (length) => length >= 50,
      )
    await killed.end('SIGKILL')
    const [lost, kept, other] = killed === first ? [atFirst, atSecond, second] : [atSecond, atFirst, first]
    await lost.closed
    const moved = await watch(other, lost.lastId())
    const count = load.written.length
    await until(
      () => load.written.length,
      (length) => length >= count + 50,
    )
    await load.stop()
    await until(() => hasTold([kept], load) && hasTold([lost, moved], load), Boolean)
    expectOnce([kept], load)
    expectOnce([lost, moved], load)
  })
})

it('two replicas share one reader while Redis is there, and read for themselves while it is away, without loss or double', async () => {
  const [first, second] = await Promise.all([replicas.start(withRedis()), replicas.start(withRedis())])
  const listeners = await Promise.all([watch(first), watch(second)])
  const told = async () =>
    (await first.metric('websocket_batches_total', 'role="leader"')) +
    (await second.metric('websocket_batches_total', 'role="leader"'))
  const load = writeTasks(database.connection.tables)
  await until(told, (count) => count > 5)
  await redis.end()
  const during = load.written.length
  await until(
    () => load.written.length,
    (length) => length >= during + 150,
  )
  const whileAway = await told()
  await redis.begin()
  // The replicas find it again, and one of them reads for both.
  await until(told, (count) => count > whileAway + 5)
  await load.stop()
  for (const listener of listeners) {
    await until(() => hasTold([listener], load), Boolean)
    expectOnce([listener], load)
  }
})
