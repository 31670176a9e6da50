import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { updateKnowledge } from '../database/knowledge.ts'
import { vectorSearch } from '../database/knowledgeSearch.ts'
import { offlineEmbeddingModel } from '../database/offlineEmbedding.ts'
import { vectorIndex } from '../database/vectorIndex.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { storeVectorsInClusters } from '../testing/vectors.ts'
import { embedText } from './embedder.ts'
import { type Embedder } from './types.ts'
import { createEndpointEmbedder } from './endpoint.ts'
import { findKnowledge } from './findKnowledge.ts'
import { reembed } from './reembed.ts'
import { startEmbeddingServer, type EmbeddingServer } from './testing/embeddingServer.ts'

const documents = 300
let database: SuiteDatabase
let server: EmbeddingServer
const never = new AbortController().signal
const quiet = { info: () => undefined, warn: () => undefined }

beforeAll(async () => {
  database = await startSuiteDatabase()
  server = await startEmbeddingServer({ dimensions: 12 })
  const cloud = { seed: 5, count: documents - 40, model: offlineEmbeddingModel, dimensions: 256 }
  await storeVectorsInClusters(database.connection.tables, cloud)
})
afterEach(() => server.beforeAnswer(() => Promise.resolve()))
afterAll(async () => {
  await server?.stop()
  await database?.stop()
})

const model = (name: string): Embedder =>
  createEndpointEmbedder({
    ...{ baseUrl: server.baseUrl, model: name, dimensions: 12, asksForDimensions: false },
    ...{ timeoutMilliseconds: 10_000, firstPause: 1 },
  })
const run = (embedder: Embedder, signal = never, log: { info: (fields: object, message: string) => void } = quiet) =>
  reembed({ connection: database.connection, embedder, log, signal })
async function count(condition: string): Promise<number> {
  const { rows } = await database.connection.pool.query<{ rows: string }>(
    `SELECT count(*) AS rows FROM archon_agent_knowledge WHERE ${condition}`,
  )
  return Number(rows[0]?.rows)
}

describe('re-embedding', () => {
  it('builds the index first, then gives every document a vector of the new model, which searches use', async () => {
    const embedder = model('first')
    let indexAtFirstAnswer: boolean | undefined
    server.beforeAnswer(async () => {
      indexAtFirstAnswer ??= (await validIndexes()).includes(vectorIndex(embedder).name)
    })
    const all = await count('true')
    const progress: object[] = []
    expect(await run(embedder, never, { info: (fields) => progress.push(fields) })).toBe(all)
    expect(indexAtFirstAnswer).toBe(true)
    expect(await count("embedding_model = 'first' AND embedding_dimensions = 12")).toBe(all)
    expect(progress).toContainEqual({ stored: all, waiting: 0 })
    expect(await run(embedder)).toBe(0)
    await sql`ANALYZE archon_agent_knowledge`.execute(database.connection.tables)
    const plan = await database.connection.tables.connection().execute(async (connection) => {
      // So few rows are sorted faster than looked up; that they can be looked up is the question.
      await sql`SET enable_sort = off`.execute(connection)
      const question = vectorSearch(await embedText(embedder, 'anything', never), 5)
      const { rows } = await sql<{ 'QUERY PLAN': string }>`EXPLAIN ${question}`.execute(connection)
      await sql`RESET enable_sort`.execute(connection)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    })
    expect(plan).toContain(`Index Scan using ${vectorIndex(embedder).name}`)
    expect((await validIndexes()).filter((name) => name.startsWith('idx_knowledge_embedding'))).toHaveLength(1)
  })

  it('that is stopped in the middle continues where it was, and searches answer meanwhile', async () => {
    const embedder = model('second')
    const all = await count('true')
    const stopping = new AbortController()
    let answers = 0
    server.beforeAnswer(() => {
      answers += 1
      if (answers === 4) stopping.abort(new Error('stopped'))
      return Promise.resolve()
    })
    await expect(run(embedder, stopping.signal)).rejects.toThrow('stopped')
    const done = await count("embedding_model = 'second'")
    expect(done).toBeGreaterThan(0)
    expect(done).toBeLessThan(all)
    const tools = { database: database.connection.tables, embedder, log: quiet }
    const byMeaning = await findKnowledge(tools, { query: 'Generated passage', mode: 'vector', limit: 50 }, never)
    const found = byMeaning.passages.map(({ id }) => `'${id}'`).join(',')
    expect(byMeaning.passages).toHaveLength(Math.min(50, done))
    expect(await count(`id IN (${found}) AND embedding_model <> 'second'`)).toBe(0)
    const { passages } = await findKnowledge(tools, { query: 'bearer token sign in', mode: 'hybrid', limit: 5 }, never)
    expect(passages.map(({ title }) => title)).toContain('Signing in')
    const asked = server.requests.length
    expect(await run(embedder)).toBe(all - done)
    const again = server.requests.slice(asked).reduce((sum, { input }) => sum + input.length, 0)
    expect(again).toBe(all - done)
    expect(await count("embedding_model <> 'second'")).toBe(0)
  })

  it('never stores the vector of a text that was replaced meanwhile', async () => {
    const embedder = model('third')
    const { tables } = database.connection
    const { id } = await tables
      .selectFrom('archon_agent_knowledge')
      .select('id')
      .orderBy('id')
      .executeTakeFirstOrThrow()
    let isEdited = false
    server.beforeAnswer(async () => {
      if (isEdited) return
      isEdited = true
      // By a service that still has the setting before.
      const old = { vector: `[${'2,'.repeat(11)}2]`, model: 'second', dimensions: 12 }
      await updateKnowledge(tables, id, { title: 'Edited', content: 'zzz', source: '' }, old)
    })
    await run(embedder)
    const { embedding, embedding_model } = await tables
      .selectFrom('archon_agent_knowledge')
      .select(['embedding', 'embedding_model'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const [expected = ''] = await embedder.embed(['Edited zzz'], never)
    expect([embedding_model, JSON.parse(embedding)]).toEqual(['third', JSON.parse(expected)])
  })

  it('is left to the process that is at it, and an index whose build broke off is rebuilt', async () => {
    const embedder = model('fourth')
    const { pool } = database.connection
    const { name, definition } = vectorIndex(embedder)
    await pool.query(`CREATE INDEX ${name} ON ${definition}`)
    await pool.query('UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::regclass', [name])
    expect(await validIndexes()).not.toContain(name)
    let second: Promise<number | undefined> | undefined
    server.beforeAnswer(() => {
      second ??= run(embedder)
      return Promise.resolve()
    })
    expect(await run(embedder)).toBeGreaterThan(0)
    expect(await second).toBeUndefined()
    expect(await validIndexes()).toContain(name)
  })
})

async function validIndexes(): Promise<string[]> {
  const { rows } = await database.connection.pool.query<{ name: string }>(
    'SELECT relname AS name FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indisvalid',
  )
  return rows.map(({ name }) => name)
}
