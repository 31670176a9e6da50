import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  adminPassword,
  databaseName,
  silent,
  startSuiteDatabase,
  type SuiteDatabase,
} from '../testing/suiteDatabase.ts'
import { until } from '../testing/until.ts'
import { createAgent, listAgents } from './agents.ts'
import { followChanges, type Change } from './changeFeed.ts'
import { openDatabase } from './connection.ts'
import { knowledgeSeed } from './knowledgeSeed.ts'
import { locks } from './locks.ts'
import { databaseGap, migrateBack, migrateDown, migrateUp } from './migrate.ts'
import { migrations } from './migrations/index.ts'
import { offlineDimensions, offlineEmbeddingModel } from './offlineEmbedding.ts'
import { seed } from './seed.ts'
import { vectorIndex } from './vectorIndex.ts'

it('no two advisory locks share a number', () => {
  expect(new Set(Object.values(locks)).size).toBe(Object.keys(locks).length)
})

describe('migrations', () => {
  let database: SuiteDatabase
  beforeAll(async () => {
    database = await startSuiteDatabase({ isMigrated: false })
  })
  afterAll(() => database.stop())

  it('run once when two migrators start together, and nothing is left for a third', async () => {
    expect(await databaseGap(database.connection.tables)).toBe('is not migrated')
    const applied = await Promise.all([migrateUp(database.connection, silent), migrateUp(database.connection, silent)])
    expect(applied.flat().sort()).toEqual(migrations.map(({ name }) => name))
    expect(await migrateUp(database.connection, silent)).toEqual([])
    expect(await databaseGap(database.connection.tables)).toBeUndefined()
  })

  it('can be taken back and applied again', async () => {
    expect(await migrateDown(database.connection, migrations.length, silent)).toHaveLength(migrations.length)
    expect(await databaseGap(database.connection.tables)).toBe('is not migrated')
    expect(await migrateUp(database.connection, silent)).toHaveLength(migrations.length)
  })

  it('are taken back one by one, but never one whose way back would lose data', async () => {
    const newest = migrations.at(-1)?.name
    expect(await migrateBack(database.connection, 1, silent)).toEqual([newest])
    const all = migrateBack(database.connection, migrations.length, silent)
    await expect(all).rejects.toThrow(/0001_tables cannot be taken back without losing data/)
    expect(await migrateUp(database.connection, silent)).toEqual([newest])
  })

  it('create the indexes of the guide and the vector index', async () => {
    const { rows } = await database.connection.pool.query<{ indexname: string }>('SELECT indexname FROM pg_indexes')
    const names = rows.map(({ indexname }) => indexname)
    for (const name of [
      'idx_agents_performance',
      'idx_cost_tracking_date',
      'idx_knowledge_search',
      vectorIndex({ model: offlineEmbeddingModel, dimensions: offlineDimensions }).name,
    ]) {
      expect(names).toContain(name)
    }
  })
})

describe('a seeded database', () => {
  let database: SuiteDatabase
  beforeAll(async () => {
    database = await startSuiteDatabase()
  })
  afterAll(() => database.stop())

  it('is not changed by seeding again, not even the password of the administrator', async () => {
    const { tables } = database.connection
    const read = () => tables.selectFrom('archon_users').select(['name', 'permission', 'password_hash']).execute()
    const before = await read()
    await seed(tables, `another ${adminPassword}`)
    expect(await read()).toEqual(before)
    expect(before).toMatchObject([{ name: 'admin', permission: 'administrator' }])
    expect(before[0]?.password_hash).toMatch(/^\$argon2id\$/)
    expect(await listAgents(tables)).toHaveLength(6)
    const count = tables.selectFrom('archon_agent_knowledge').select(({ fn }) => fn.countAll().as('rows'))
    expect(await count.executeTakeFirst()).toEqual({ rows: String(knowledgeSeed.length) })
  })

  it('keeps serving and announcing changes when it is swapped for another by name', async () => {
    const changes: Change[] = []
    let resyncs = 0
    const feed = followChanges(database.settings, 'test', () => undefined)
    feed.on('change', (change) => changes.push(change))
    feed.on('resync', () => (resyncs += 1))
    const lost: Error[] = []
    const pooled = openDatabase(database.settings, { service: 'pooled', onConnectionLost: (error) => lost.push(error) })
    try {
      await until(
        () => resyncs,
        (count) => count === 1,
      )
      await listAgents(pooled.tables)
      await database.maintain(
        `ALTER DATABASE ${databaseName} ALLOW_CONNECTIONS false`,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${databaseName}'`,
      )
      await until(
        () => lost.length,
        (count) => count > 0,
      )
      await database.maintain(
        `CREATE DATABASE restored TEMPLATE ${databaseName}`,
        `ALTER DATABASE ${databaseName} RENAME TO before_restore`,
        `ALTER DATABASE restored RENAME TO ${databaseName}`,
        `ALTER DATABASE ${databaseName} ALLOW_CONNECTIONS true`,
      )
      await until(
        () => resyncs,
        (count) => count === 2,
      )
      const agent = await createAgent(pooled.tables, { name: 'newcomer', modelTier: 'HAIKU' })
      await until(
        () => changes,
        (seen) => seen.some(({ kind, id }) => kind === 'agent' && id === agent?.id),
      )
    } finally {
      await feed.close()
      await pooled.close()
    }
  })
})
