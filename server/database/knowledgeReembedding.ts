import { sql } from 'kysely'
import type { PoolClient } from 'pg'
import type { Database, DatabaseConnection } from './connection.ts'
import type { Embedding } from './knowledge.ts'
import { locks } from './locks.ts'
import { vectorIndex, vectorIndexPrefix } from './vectorIndex.ts'

type Model = Pick<Embedding, 'model' | 'dimensions'>

export interface StaleDocument {
  readonly id: string
  readonly title: string
  readonly content: string
}

/**
 * Runs the work while no other process re-embeds. The lock belongs to a session: it ends with a killed process.
 * @returns what the work returns, or undefined when another process holds the lock
 */
export async function whileReembedding<Result>(
  { pool }: DatabaseConnection,
  work: (client: PoolClient) => Promise<Result>,
): Promise<Result | undefined> {
  const client = await pool.connect()
  try {
    const { rows } = await client.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [locks.reembedding])
    return rows[0]?.got === true ? await work(client) : undefined
  } finally {
    // Thrown away, and the lock with it.
    client.release(true)
  }
}

/**
 * Creates the index for vectors of this model while the suite keeps working, unless it is there. An interrupted build leaves an invalid
 * index behind: it is rebuilt.
 * @returns whether it had to be built
 */
export async function ensureVectorIndex(client: PoolClient, model: Model): Promise<boolean> {
  const { name, definition } = vectorIndex(model)
  const found = await client.query<{ valid: boolean }>(
    'SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass($1)',
    [name],
  )
  if (found.rows[0]?.valid === true) return false
  await client.query('SET statement_timeout = 0')
  await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
  await client.query(`CREATE INDEX CONCURRENTLY ${name} ON ${definition}`)
  return true
}

/** Drops the indexes of models of which no document is left. @returns their names */
export async function dropIdleVectorIndexes(client: PoolClient, model: Model): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT relname AS name FROM pg_class WHERE relkind = $1 AND starts_with(relname, $2) AND relname <> $3',
    ['i', vectorIndexPrefix, vectorIndex(model).name],
  )
  // The names are ours: prefix, digits and a hash.
  for (const { name } of rows) await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${name}`)
  return rows.map(({ name }) => name)
}

const isStale = ({ model, dimensions }: Model) =>
  sql<boolean>`(embedding_model <> ${model} OR embedding_dimensions <> ${dimensions})`

/** How many documents have a vector of another model. */
export async function countStale(database: Database, model: Model): Promise<number> {
  const row = await database
    .selectFrom('archon_agent_knowledge')
    .select(({ fn }) => fn.countAll<string>().as('documents'))
    .where(isStale(model))
    .executeTakeFirstOrThrow()
  return Number(row.documents)
}

/** Some of the documents with a vector of another model; after the given id, by id. */
export function nextStale(database: Database, model: Model, after: string, limit: number): Promise<StaleDocument[]> {
  return database
    .selectFrom('archon_agent_knowledge')
    .select(['id', 'title', 'content'])
    .where(isStale(model))
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
}

/**
 * Stores new vectors, each only if its document still says what was embedded. A document that was edited meanwhile has its own new vector,
 * or is found by the next round.
 * @returns how many were stored
 */
export async function storeVectors(
  database: Database,
  { model, dimensions }: Model,
  documents: readonly (StaleDocument & { readonly vector: string })[],
): Promise<number> {
  const { numAffectedRows } = await sql`
    UPDATE archon_agent_knowledge AS row
    SET embedding = fresh.vector::vector, embedding_model = ${model}, embedding_dimensions = ${dimensions}
    FROM jsonb_to_recordset(${JSON.stringify(documents)}::jsonb) AS fresh(id uuid, title text, content text, vector text)
    WHERE row.id = fresh.id AND row.title = fresh.title AND row.content = fresh.content
  `.execute(database)
  return Number(numAffectedRows ?? 0)
}
