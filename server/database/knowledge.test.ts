import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomFrom } from '#shared/testing/random.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import type { Database } from './connection.ts'
import {
  addKnowledge,
  deleteKnowledge,
  getKnowledge,
  listKnowledge,
  updateKnowledge,
  type Embedding,
} from './knowledge.ts'
import { hybridSearch, searchKnowledge, textSearch, vectorSearch } from './knowledgeSearch.ts'
import { knowledgeSeed } from './knowledgeSeed.ts'
import { embed, offlineDimensions, offlineEmbeddingModel } from './offlineEmbedding.ts'
import { storeVectorsInClusters } from '../testing/vectors.ts'
import { vectorIndex } from './vectorIndex.ts'

let database: SuiteDatabase
let tables: Database

beforeAll(async () => {
  database = await startSuiteDatabase()
  tables = database.connection.tables
})
afterAll(() => database?.stop())

const offline = (text: string): Embedding => ({
  vector: embed(text),
  model: offlineEmbeddingModel,
  dimensions: offlineDimensions,
})
const document = (title: string, content: string) => ({ title, content, source: 'test', createdBy: null })
const eventsOf = async (id: string) =>
  (await tables.selectFrom('archon_events').select('kind').where('subject', '=', id).execute()).map(({ kind }) => kind)

describe('a document', () => {
  it('is added, read, changed and removed, and each is announced', async () => {
    const added = await addKnowledge(tables, document('Glaciers', 'Ice that flows.'), offline('Glaciers'))
    expect(await getKnowledge(tables, added.id)).toEqual(added)
    expect(added).toMatchObject({
      title: 'Glaciers',
      content: 'Ice that flows.',
      embeddingModel: offlineEmbeddingModel,
    })
    const text = { title: 'Glaciers', content: 'Rivers of ice.', source: '' }
    expect(await updateKnowledge(tables, added.id, text, offline('rivers'))).toMatchObject(text)
    expect(await deleteKnowledge(tables, added.id)).toBe('Glaciers')
    expect(await getKnowledge(tables, added.id)).toBeUndefined()
    expect(await deleteKnowledge(tables, added.id)).toBeUndefined()
    expect(await updateKnowledge(tables, added.id, text, offline('rivers'))).toBeUndefined()
    expect(await eventsOf(added.id)).toEqual(['knowledge', 'knowledge', 'knowledge'])
  })

  it('cannot take the title of another, neither when added nor when changed', async () => {
    const first = await addKnowledge(tables, document('Moraine', 'Debris.'), offline('Moraine'))
    const second = await addKnowledge(tables, document('Drumlin', 'A hill.'), offline('Drumlin'))
    const taken = { status: 409, code: 'title-taken' }
    await expect(addKnowledge(tables, document('Moraine', 'Again.'), offline('x'))).rejects.toMatchObject(taken)
    await expect(updateKnowledge(tables, second.id, document('Moraine', 'x'), offline('x'))).rejects.toMatchObject(
      taken,
    )
    expect(await getKnowledge(tables, first.id)).toMatchObject({ content: 'Debris.' })
    const ofNobody = { ...document('Esker', 'A ridge.'), agentId: randomUUID() }
    await expect(addKnowledge(tables, ofNobody, offline('x'))).rejects.toMatchObject({ code: 'no-such-agent' })
  })

  it('is on exactly one page of the list, even when the document at a page’s end is removed between two', async () => {
    const titles: string[] = []
    let after: string | undefined
    do {
      const page = await listKnowledge(tables, { limit: 7, after })
      titles.push(...page.documents.map(({ title }) => title))
      if (titles.length === 7) await deleteKnowledge(tables, page.documents.at(-1)?.id ?? '')
      after = page.next ?? undefined
    } while (after !== undefined)
    const expected = [...knowledgeSeed.map(([title]) => title), 'Moraine', 'Drumlin'].sort((a, b) => (a < b ? -1 : 1))
    expect(titles).toEqual(expected)
    await expect(listKnowledge(tables, { limit: 7, after: 'not a cursor' })).rejects.toMatchObject({ status: 400 })
  })
})

describe('a search', () => {
  const search = (query: string, mode: 'vector' | 'text' | 'hybrid', limit = 3) =>
    searchKnowledge(tables, { query, mode, limit, embedding: offline(query) })

  it('by words finds what has all of them, by likeness what shares some, hybrid both', async () => {
    const titles = async (...question: Parameters<typeof search>) =>
      (await search(...question)).map(({ title }) => title)
    expect(await titles('bearer token sign in', 'text')).toContain('Signing in')
    // No passage has all of these words: only the vectors can answer.
    expect(await titles('disruption drained giraffe', 'text')).toEqual([])
    expect((await titles('disruption drained giraffe', 'vector'))[0]).toBe('Disruption budgets')
    expect((await titles('disruption drained giraffe', 'hybrid'))[0]).toBe('Disruption budgets')
    expect(await titles('bearer token sign in', 'hybrid')).toContain('Signing in')
  })

  it('compares vectors of one model only, and finds documents of another by their words', async () => {
    const other = { vector: embed('anything'), model: 'another-model', dimensions: offlineDimensions }
    await addKnowledge(tables, document('Fjords', 'Drowned valleys of glacial origin.'), other)
    const longer = { vector: `[${Array.from({ length: 8 }, () => 1).join(',')}]`, model: 'tiny', dimensions: 8 }
    await addKnowledge(tables, document('Nunatak', 'A peak above glacial ice.'), longer)
    const titles = async (mode: 'vector' | 'hybrid') =>
      (await search('anything glacial', mode, 20)).map(({ title }) => title)
    expect(await titles('vector')).not.toContain('Fjords')
    const found = await search('glacial', 'hybrid', 20)
    expect(found.map(({ title }) => title)).toEqual(expect.arrayContaining(['Fjords', 'Nunatak']))
    expect(await searchKnowledge(tables, { query: 'x', mode: 'vector', limit: 1, embedding: longer })).toMatchObject([
      { title: 'Nunatak', score: 1 },
    ])
  })

  it('survives what people type: operators, quotes, nothing but punctuation', async () => {
    for (const query of ['"', "'; DROP TABLE x; --", '!!! ((', 'a & | b', '\\', '-', '"open or', '<->'])
      for (const mode of ['vector', 'text', 'hybrid'] as const) await expect(search(query, mode)).resolves.toBeDefined()
  })

  it('embeds the same text alike and at length one', () => {
    const vector = JSON.parse(embed('queues of tasks')) as number[]
    expect(vector).toHaveLength(offlineDimensions)
    expect(Math.hypot(...vector)).toBeCloseTo(1, 3)
    expect(embed('queues of tasks')).toBe(embed('Queues of tasks!'))
  })
})

describe('among thousands of documents', () => {
  const seed = 20_261_130
  const limit = 20
  const minority = { model: 'minority', dimensions: offlineDimensions }

  beforeAll(async () => {
    await storeVectorsInClusters(tables, {
      seed,
      count: 8_000,
      model: offlineEmbeddingModel,
      dimensions: offlineDimensions,
    })
    await storeVectorsInClusters(tables, {
      seed: seed + 2,
      count: 300,
      ...minority,
    })
    const { name, definition } = vectorIndex(minority)
    await sql`${sql.raw(`CREATE INDEX ${name} ON ${definition}`)}`.execute(tables)
    await sql`ANALYZE archon_agent_knowledge`.execute(tables)
  })

  const planOf = async (statement: ReturnType<typeof vectorSearch>) => {
    const { rows } = await sql<{ 'QUERY PLAN': string }>`EXPLAIN ${statement}`.execute(tables)
    return rows.map((row) => row['QUERY PLAN']).join('\n')
  }

  it('the vector and the hybrid search use the index of their dimensions, and the words theirs', async () => {
    const index = `Index Scan using ${vectorIndex(offline('')).name}`
    const plan = await planOf(vectorSearch(offline('anything'), limit))
    expect(plan).toContain(index)
    expect(await planOf(hybridSearch('anything', offline('anything'), limit))).toContain(index)
    expect(await planOf(textSearch('glacial valleys', limit))).toContain('idx_knowledge_search')
  })

  it('at least 95 of 100 nearest neighbours of exact search are found', async () => {
    const random = randomFrom(seed + 1)
    let found = 0
    let expected = 0
    for (let turn = 0; turn < 25; turn += 1) {
      // A place near a stored vector, as a question is near its answers.
      const near = await sql<{ vector: string }>`
        SELECT embedding::text AS vector FROM archon_agent_knowledge WHERE embedding_model = ${offlineEmbeddingModel}
        ORDER BY id OFFSET ${Math.floor(random() * 8_000)} LIMIT 1`.execute(tables)
      const values = JSON.parse(near.rows[0]?.vector ?? '[]') as number[]
      const vector = `[${values.map((value) => value + (random() - 0.5) * 0.05).join(',')}]`
      const embedding = { vector, model: offlineEmbeddingModel, dimensions: offlineDimensions }
      const exact = await exactNearest(tables, embedding, limit)
      const approximate = new Set(
        (await searchKnowledge(tables, { query: '', mode: 'vector', limit, embedding })).map(({ id }) => id),
      )
      expected += exact.length
      found += exact.filter((id) => approximate.has(id)).length
    }
    expect(expected).toBe(25 * limit)
    expect({ seed, recall: found / expected }).toEqual({
      seed,
      recall: expect.toSatisfy((recall: number) => recall >= 0.95) as number,
    })
  })

  it('every connection of a service searches broadly', async () => {
    const { rows } = await sql`SHOW hnsw.ef_search`.execute(tables)
    expect(rows).toEqual([{ 'hnsw.ef_search': '200' }])
  })

  it('a model that shares its dimensions with most rows of another still finds its own', async () => {
    const { rows: own } = await sql<{ vector: string }>`
      SELECT embedding::text AS vector FROM archon_agent_knowledge WHERE embedding_model = 'minority' ORDER BY id LIMIT 15
    `.execute(tables)
    let found = 0
    for (const { vector } of own) {
      const embedding = { vector, ...minority }
      const { rows } = await tables.connection().execute(async (connection) => {
        // The planner would rather sort so few; the index has to be able to, too.
        await sql`SET enable_sort = off`.execute(connection)
        const result = await vectorSearch(embedding, limit).execute(connection)
        await sql`RESET enable_sort`.execute(connection)
        return result
      })
      const approximate = new Set(rows.map(({ id }) => id))
      const exact = await exactNearest(tables, embedding, limit)
      expect(exact).toHaveLength(limit)
      found += exact.filter((id) => approximate.has(id)).length
    }
    expect({ seed, recall: found / (own.length * limit) }).toEqual({
      seed,
      recall: expect.toSatisfy((recall: number) => recall >= 0.95) as number,
    })
  })
})

/** By comparing with every row: materialised first, so that no index can answer. */
async function exactNearest(
  tables: Database,
  { vector, model, dimensions }: Embedding,
  limit: number,
): Promise<string[]> {
  const type = sql.raw(`vector(${dimensions})`)
  const { rows } = await sql<{ id: string }>`
    WITH every AS MATERIALIZED (
      SELECT id, embedding::${type} <=> ${vector}::${type} AS distance FROM archon_agent_knowledge
      WHERE embedding_dimensions = ${dimensions} AND embedding_model = ${model}
    ) SELECT id FROM every WHERE distance < 1 ORDER BY distance LIMIT ${limit}`.execute(tables)
  return rows.map(({ id }) => id)
}
