import { sql, type RawBuilder, type Transaction } from 'kysely'
import type { Database } from './connection.ts'
import type { Embedding } from './knowledge.ts'
import type { Tables } from './tables.ts'

/** vector: by likeness of meaning. text: by words. hybrid: both, merged by rank. */
export const searchModes = ['hybrid', 'vector', 'text'] as const
export type SearchMode = (typeof searchModes)[number]

export interface KnowledgeHit {
  readonly id: string
  readonly title: string
  readonly content: string
  readonly source: string
  /**
   * Better is higher; comparable within one answer only. vector: cosine similarity. text: ts_rank_cd. hybrid: reciprocal rank fusion.
   */
  readonly score: number
}

/** The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009). */
const fusionConstant = 60
/** How deep both searches of a hybrid one look. */
const candidates = 40

const literal = (value: number) => sql.raw(String(value))

/** Rows of the model nearest to the vector, with `distance`. Cast and conditions are those of `vectorIndex`, or it would not be used. */
function nearest({ vector, model, dimensions }: Embedding, limit: number): RawBuilder<unknown> {
  const type = sql`vector(${literal(dimensions)})`
  return sql`
    SELECT id, title, content, source, embedding::${type} <=> ${vector}::${type} AS distance
    FROM archon_agent_knowledge
    WHERE embedding_dimensions = ${literal(dimensions)} AND embedding_model = ${sql.lit(model)}
    ORDER BY distance LIMIT ${limit}`
}

/** A distance of 1 means: nothing in common. */
export function vectorSearch(embedding: Embedding, limit: number): RawBuilder<KnowledgeHit> {
  return sql`
    SELECT id, title, content, source, 1 - distance AS score
    FROM (${nearest(embedding, limit)}) AS found WHERE distance < 1 ORDER BY distance`
}

export function textSearch(query: string, limit: number): RawBuilder<KnowledgeHit> {
  return sql`
    SELECT id, title, content, source, ts_rank_cd(to_tsvector('english', content), asked)::float8 AS score
    FROM archon_agent_knowledge, websearch_to_tsquery('english', ${query}) AS asked
    WHERE to_tsvector('english', content) @@ asked
    ORDER BY score DESC, title LIMIT ${limit}`
}

/** Both, merged by rank: a passage that both find comes first. Rows of another model are found by their words. */
export function hybridSearch(query: string, embedding: Embedding, limit: number): RawBuilder<KnowledgeHit> {
  const depth = Math.max(candidates, limit)
  return sql`
    WITH words AS (
      SELECT id, row_number() OVER (ORDER BY score DESC, title) AS place FROM (${textSearch(query, depth)}) AS found
    ), meaning AS (
      SELECT id, row_number() OVER (ORDER BY distance, id) AS place
      FROM (${nearest(embedding, depth)}) AS found WHERE distance < 1
    )
    SELECT id, title, content, source,
      (coalesce(1.0 / (${fusionConstant} + words.place), 0) + coalesce(1.0 / (${fusionConstant} + meaning.place), 0))::float8 AS score
    FROM words FULL JOIN meaning USING (id) JOIN archon_agent_knowledge USING (id)
    ORDER BY score DESC, title LIMIT ${limit}`
}

export interface KnowledgeQuestion {
  readonly query: string
  readonly mode: SearchMode
  readonly limit: number
  /** The query as a vector; without one only the words are searched. */
  readonly embedding?: Embedding | undefined
}

/** Passages for a question, best first. */
export async function searchKnowledge(
  database: Database | Transaction<Tables>,
  { query, mode, limit, embedding }: KnowledgeQuestion,
): Promise<KnowledgeHit[]> {
  if (mode === 'text' || embedding === undefined) return (await textSearch(query, limit).execute(database)).rows
  const statement = mode === 'vector' ? vectorSearch(embedding, limit) : hybridSearch(query, embedding, limit)
  return (await statement.execute(database)).rows
}
