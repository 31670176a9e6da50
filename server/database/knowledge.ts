import { sql } from 'kysely'
import type { Database } from './connection.ts'
import { embed } from './embedding.ts'

export interface KnowledgeHit {
  readonly id: string
  readonly title: string
  readonly content: string
  /** Reciprocal rank fusion of both searches: a rank's worth, comparable within one answer only. */
  readonly score: number
}

/** The constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009). */
const fusionConstant = 60
const candidates = 40

/** Full text and vector search, merged by rank: a passage that both find comes first. */
export async function searchKnowledge(database: Database, query: string, limit: number): Promise<KnowledgeHit[]> {
  const { rows } = await sql<KnowledgeHit>`
    WITH words AS (
      SELECT id, row_number() OVER (ORDER BY ts_rank_cd(to_tsvector('english', content), asked) DESC, id) AS place
      FROM archon_agent_knowledge, websearch_to_tsquery('english', ${query}) AS asked
      WHERE to_tsvector('english', content) @@ asked
      ORDER BY place LIMIT ${candidates}
    ), meaning AS (
      SELECT id, row_number() OVER (ORDER BY distance, id) AS place
      FROM (
        SELECT id, embedding <=> ${embed(query)}::vector AS distance
        FROM archon_agent_knowledge ORDER BY distance LIMIT ${candidates}
      ) AS nearest
      WHERE distance < 1
    )
    SELECT id, title, content,
      (coalesce(1.0 / (${fusionConstant} + words.place), 0) + coalesce(1.0 / (${fusionConstant} + meaning.place), 0))::float8 AS score
    FROM words FULL JOIN meaning USING (id) JOIN archon_agent_knowledge USING (id)
    ORDER BY score DESC, title LIMIT ${limit}
  `.execute(database)
  return rows
}
