import { sql, type Selectable, type Transaction } from 'kysely'
import { Problem } from '../common/problems.ts'
import type { Database } from './connection.ts'
import type { Tables } from './tables.ts'

type Connection = Database | Transaction<Tables>
type KnowledgeRow = Selectable<Tables['archon_agent_knowledge']>

/** A vector and the model that it means something to. */
export interface Embedding {
  /** pgvector's text form. */
  readonly vector: string
  readonly model: string
  readonly dimensions: number
}

export interface KnowledgeSummary {
  readonly id: string
  readonly title: string
  /** Where it comes from: a URL, a file, a person. Empty when nobody said. */
  readonly source: string
  readonly agentId: string | null
  readonly embeddingModel: string
  readonly createdAt: string
  readonly updatedAt: string
}

export interface KnowledgeDocument extends KnowledgeSummary {
  readonly content: string
}

export interface NewKnowledge {
  readonly title: string
  readonly content: string
  readonly source: string
  readonly agentId?: string | undefined
  readonly createdBy: string | null
}

const summaryColumns = ['id', 'title', 'source', 'agent_id', 'embedding_model', 'created_at', 'updated_at'] as const
const documentColumns = [...summaryColumns, 'content'] as const

function asSummary(row: Pick<KnowledgeRow, (typeof summaryColumns)[number]>): KnowledgeSummary {
  return {
    id: row.id,
    title: row.title,
    source: row.source,
    agentId: row.agent_id,
    embeddingModel: row.embedding_model,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

function asDocument(row: Pick<KnowledgeRow, (typeof documentColumns)[number]>): KnowledgeDocument {
  return { ...asSummary(row), content: row.content }
}

const titleTaken = (title: string) =>
  new Problem(
    409,
    'title-taken',
    `There is a document with the title "${title}" already. Nothing was stored; update that document, or choose another title.`,
  )

const embeddingColumns = ({ vector, model, dimensions }: Embedding) => ({
  embedding: vector,
  embedding_model: model,
  embedding_dimensions: dimensions,
})

function violates(error: unknown, constraint: string): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === constraint
}

/** Stores a document with the vector of its text. @throws Problem 409 `title-taken`, 404 `no-such-agent` */
export async function addKnowledge(
  connection: Connection,
  { title, content, source, agentId, createdBy }: NewKnowledge,
  embedding: Embedding,
): Promise<KnowledgeDocument> {
  const values = { title, content, source, agent_id: agentId ?? null, created_by: createdBy }
  const row = await connection
    .insertInto('archon_agent_knowledge')
    .values({ ...values, ...embeddingColumns(embedding) })
    // Not by catching the violation: that would end the transaction the caller may want to continue with.
    .onConflict((conflict) => conflict.column('title').doNothing())
    .returning(documentColumns)
    .executeTakeFirst()
    .catch((error: unknown) => {
      if (violates(error, 'archon_agent_knowledge_agent_id_fkey'))
        throw new Problem(404, 'no-such-agent', 'There is no agent with this id. Nothing was stored.')
      throw error
    })
  if (row === undefined) throw titleTaken(title)
  return asDocument(row)
}

/**
 * Replaces title, text and source, and the vector with them.
 * @returns the document, or undefined when there is none with this id
 * @throws Problem 409 `title-taken` by another document
 */
export async function updateKnowledge(
  connection: Connection,
  id: string,
  { title, content, source }: Pick<NewKnowledge, 'title' | 'content' | 'source'>,
  embedding: Embedding,
): Promise<KnowledgeDocument | undefined> {
  const row = await connection
    .updateTable('archon_agent_knowledge')
    .set({ title, content, source, ...embeddingColumns(embedding), updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .returning(documentColumns)
    .executeTakeFirst()
    .catch((error: unknown) => {
      if (violates(error, 'archon_agent_knowledge_title_key')) throw titleTaken(title)
      throw error
    })
  return row === undefined ? undefined : asDocument(row)
}

/** @param lock `for update` holds the document until the transaction ends */
export async function getKnowledge(
  connection: Connection,
  id: string,
  lock?: 'for update',
): Promise<KnowledgeDocument | undefined> {
  const query = connection.selectFrom('archon_agent_knowledge').select(documentColumns).where('id', '=', id)
  const row = await (lock === undefined ? query : query.forUpdate()).executeTakeFirst()
  return row === undefined ? undefined : asDocument(row)
}

/** @returns the title of what was removed, or undefined when there was nothing */
export async function deleteKnowledge(connection: Connection, id: string): Promise<string | undefined> {
  const row = await connection
    .deleteFrom('archon_agent_knowledge')
    .where('id', '=', id)
    .returning('title')
    .executeTakeFirst()
  return row?.title
}

export interface KnowledgePage {
  readonly documents: readonly KnowledgeSummary[]
  /** Where the next page begins; null at the end. */
  readonly next: string | null
}

/**
 * A page of documents without their texts, by title. The cursor is the last title itself: a document that is deleted between two pages
 * takes nothing with it.
 */
export async function listKnowledge(
  connection: Connection,
  { limit, after }: { readonly limit: number; readonly after?: string | undefined },
): Promise<KnowledgePage> {
  let query = connection
    .selectFrom('archon_agent_knowledge')
    .select(summaryColumns)
    .orderBy('title')
    .limit(limit + 1)
  if (after !== undefined) query = query.where('title', '>', titleOf(after))
  const rows = await query.execute()
  const documents = rows.slice(0, limit).map(asSummary)
  const last = documents.at(-1)
  return { documents, next: rows.length > limit && last !== undefined ? cursorOf(last.title) : null }
}

const cursorOf = (title: string) => Buffer.from(title, 'utf8').toString('base64url')

/** @throws Problem 400 for what no page has given */
function titleOf(cursor: string): string {
  const title = Buffer.from(cursor, 'base64url').toString('utf8')
  if (cursorOf(title) !== cursor || title.includes('\0'))
    throw new Problem(400, 'cursor-unknown', 'This cursor was not given by a page of this list. Begin without one.')
  return title
}
