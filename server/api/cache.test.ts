import { randomInt } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { startRedis, type TestRedis } from '#shared/testing/redis.ts'
import { connectRedis } from '../common/redis.ts'
import { followChanges, type ChangeFeed } from '../database/changeFeed.ts'
import { openDatabase, type DatabaseConnection } from '../database/connection.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { until } from '../testing/until.ts'
import { createCache, type Cache } from './cache.ts'

interface ReplicaOfApi {
  readonly cache: Cache
  readonly feed: ChangeFeed
  readonly connection: DatabaseConnection
  readonly redis: Redis
  readonly lookups: (outcome: string) => Promise<number>
  readonly close: () => Promise<void>
}

let database: SuiteDatabase
let server: TestRedis
let first: ReplicaOfApi
let second: ReplicaOfApi
let agentId: string
let key: string
let keys = 0

async function startReplica(): Promise<ReplicaOfApi> {
  const connection = openDatabase(database.settings, { service: 'test', onConnectionLost: () => undefined })
  const feed = followChanges(database.settings, 'test', () => undefined)
  const settings = { url: `redis://127.0.0.1:${server.port}`, password: server.password }
  const redis = connectRedis(settings, { onChange: () => undefined, commandTimeout: 2_000 })
  const registry = new Registry()
  const cache = createCache({ database: connection.tables, feed, redis, registry })
  await new Promise<void>((resolve) => feed.on('resync', resolve))
  await until(
    () => redis.status,
    (status) => status === 'ready',
  )
  return {
    cache,
    feed,
    connection,
    redis,
    lookups: async (outcome) => {
      const line = (await registry.metrics()).split('\n').find((text) => text.includes(`outcome="${outcome}"`))
      return Number(line?.split(' ').at(-1) ?? 0)
    },
    close: async () => {
      redis.disconnect()
      await feed.close()
      await connection.close()
    },
  }
}

beforeAll(async () => {
  ;[database, server] = await Promise.all([startSuiteDatabase(), startRedis()])
  ;[first, second] = await Promise.all([startReplica(), startReplica()])
  agentId = (await database.connection.tables.selectFrom('archon_agents_v3').select('id').executeTakeFirstOrThrow()).id
})
afterAll(async () => {
  await Promise.all([first?.close(), second?.close()])
  await Promise.all([database?.stop(), server?.stop()])
})
beforeEach(() => {
  key = `counter-${(keys += 1)}`
})

let loads = 0
/** What the cache keeps here: how many tasks an agent has completed. Only ever counted up. */
const read = (replica: ReplicaOfApi, whileLoading: () => Promise<void> = () => Promise.resolve()): Promise<number> =>
  replica.cache.read({ key, kinds: ['agent'] }, async (transaction) => {
    loads += 1
    const query = transaction.selectFrom('archon_agents_v3').select('tasks_completed').where('id', '=', agentId)
    const { tasks_completed: count } = await query.executeTakeFirstOrThrow()
    await whileLoading()
    return count
  })
const count = async (replica: ReplicaOfApi): Promise<number> => {
  const { tasks_completed: written } = await replica.connection.tables
    .updateTable('archon_agents_v3')
    .set(({ eb }) => ({ tasks_completed: eb('tasks_completed', '+', 1) }))
    .where('id', '=', agentId)
    .returning('tasks_completed')
    .executeTakeFirstOrThrow()
  replica.cache.changed('agent')
  return written
}
/** Until the replica has heard of the change that is made here. */
const heard = async (replica: ReplicaOfApi, work: () => Promise<number>) => {
  const told = new Promise<void>((resolve) => replica.feed.on('change', () => resolve()))
  const written = await work()
  await told
  return written
}

it('a value is loaded once for all replicas, until it changes', async () => {
  const before = loads
  const value = await read(first)
  expect(await read(first)).toBe(value)
  expect(await read(second)).toBe(value)
  expect(loads - before).toBe(1)
  expect(await second.lookups('hit')).toBe(1)
  const written = await heard(second, () => count(first))
  expect([await read(second), await read(first)]).toEqual([written, written])
  expect(loads - before).toBe(2)
})

it('whoever asks at the same time shares one load, in one process and over replicas', async () => {
  const before = loads
  const slowly = () => pause(150)
  const values = await Promise.all(
    Array.from({ length: 100 }, (_, index) => read(index % 2 === 0 ? first : second, slowly)),
  )
  expect(new Set(values).size).toBe(1)
  expect(loads - before).toBe(1)
})

it('a reader that was slow puts no older value over a newer one, and nobody joins it after a change', async () => {
  let proceed: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (proceed = resolve))
  let hasLoaded: () => void = () => undefined
  const loading = new Promise<void>((resolve) => (hasLoaded = resolve))
  const slow = read(first, () => {
    hasLoaded()
    return gate
  })
  await loading
  const written = await heard(second, () => count(first))
  expect(await read(first)).toBe(written)
  proceed()
  expect(await slow).toBe(written - 1)
  const before = loads
  expect([await read(first), await read(second)]).toEqual([written, written])
  expect(loads).toBe(before)
})

it('never gives a replica less than it has written or seen, with random writers and readers on both', async () => {
  const seed = randomInt(2 ** 31)
  let state = seed
  const random = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const latest = new Map<ReplicaOfApi, number>([
    [first, 0],
    [second, 0],
  ])
  const act = async () => {
    const replica = random(2) === 0 ? first : second
    if (random(4) === 0) {
      const written = await count(replica)
      latest.set(replica, Math.max(latest.get(replica) ?? 0, written))
      return
    }
    const atLeast = latest.get(replica) ?? 0
    const value = await read(replica, () => pause(random(5)))
    expect([seed, value >= atLeast]).toEqual([seed, true])
    latest.set(replica, Math.max(latest.get(replica) ?? 0, value))
  }
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (let step = 0; step < 60; step += 1) await act()
    }),
  )
  expect(await first.lookups('hit')).toBeGreaterThan(0)
})

it('everything works while Redis is away, a write meanwhile is not forgotten, and hits come back with Redis', async () => {
  const value = await read(first)
  await server.end()
  expect(await read(first)).toBe(value)
  const written = await count(first)
  expect(await read(first)).toBe(written)
  await server.begin()
  await until(
    () => [first.redis.status, second.redis.status].join(),
    (status) => status === 'ready,ready',
  )
  expect([await read(first), await read(second)]).toEqual([written, written])
  const before = await first.lookups('hit')
  await read(first)
  expect(await first.lookups('hit')).toBe(before + 1)
})

it('nothing is served from the cache while the change feed is interrupted', async () => {
  await read(first)
  const lost = new Promise<void>((resolve) => first.feed.on('lost', resolve))
  const back = new Promise<void>((resolve) => first.feed.on('resync', resolve))
  await database.maintain("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%-feed'")
  await lost
  const before = await first.lookups('away')
  await read(first)
  expect(await first.lookups('away')).toBe(before + 1)
  await back
  const written = await count(second)
  await until(
    () => read(first),
    (value) => value === written,
  )
})
