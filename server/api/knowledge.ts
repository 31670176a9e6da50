import { z } from 'zod'
import { Problem } from '../common/problems.ts'
import { line, paragraph } from '../common/texts.ts'
import {
  addKnowledge,
  deleteKnowledge,
  getKnowledge,
  listKnowledge,
  updateKnowledge,
  type KnowledgeDocument,
} from '../database/knowledge.ts'
import { searchModes } from '../database/knowledgeSearch.ts'
import { embedDocument } from '../embeddings/embedder.ts'
import { EmbeddingUnavailable } from '../embeddings/endpoint.ts'
import { findKnowledge } from '../embeddings/findKnowledge.ts'
import type { ApiContext } from './context.ts'
import { requireMatch } from './etags.ts'
import { read, write, type Route } from './route.ts'

const address = z.object({ id: z.uuid() })

const text = {
  title: line(200),
  content: paragraph(20_000),
  source: line(500).or(z.literal('')).default(''),
}

const summary = z.object({
  id: z.uuid(),
  title: z.string(),
  source: z.string(),
  agentId: z.uuid().nullable(),
  embeddingModel: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
})
const document = summary.extend({ content: z.string() })

const noDocument = () => new Problem(404, 'no-such-document', 'There is no document with this id.')

/** Patience with the embedding model while a caller waits. Milliseconds. */
const embeddingPatience = 20_000

async function vectorOf(asked: { readonly title: string; readonly content: string }, { embedder }: ApiContext) {
  try {
    return await embedDocument(embedder, asked, AbortSignal.timeout(embeddingPatience))
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    if (!isLate && !(error instanceof EmbeddingUnavailable)) throw error
    const detail = 'The embedding model cannot be reached. Nothing was stored; try again later.'
    throw new Problem(503, 'embedding-unavailable', detail, {}, { cause: error })
  }
}

/** Documents that agents and people search. */
export const knowledgeRoutes: readonly Route[] = [
  read({
    url: '/knowledge',
    id: 'listKnowledge',
    tag: 'knowledge',
    summary: 'Documents without their texts, by title',
    permission: 'read_only',
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      cursor: z.string().max(1_200).optional().describe('`next` of the page before'),
    }),
    response: z.object({ documents: z.array(summary), next: z.string().nullable() }),
    handle: async ({ query, database }) => {
      const { documents, next } = await listKnowledge(database, { limit: query.limit, after: query.cursor })
      return { documents: [...documents], next }
    },
  }),
  read({
    url: '/knowledge/search',
    id: 'searchKnowledge',
    tag: 'knowledge',
    summary: 'Passages for a question, best first: by words (text), by likeness (vector), or both (hybrid)',
    permission: 'read_only',
    query: z.object({
      query: line(500),
      mode: z.enum(searchModes).default('hybrid'),
      limit: z.coerce.number().int().min(1).max(50).default(10),
    }),
    response: z.object({
      mode: z.enum(searchModes).describe('What was done: hybrid becomes text while the embedding model is away.'),
      passages: z.array(
        z.object({ id: z.uuid(), title: z.string(), content: z.string(), source: z.string(), score: z.number() }),
      ),
    }),
    handle: async ({ query, database, request }, { embedder }) => {
      // Fastify ends no handler when its caller leaves; the time limits of the search do.
      const signal = AbortSignal.timeout(30_000)
      const { mode, passages } = await findKnowledge({ database, embedder, log: request.log }, query, signal)
      return { mode, passages: [...passages] }
    },
  }),
  read({
    url: '/knowledge/:id',
    id: 'getKnowledge',
    tag: 'knowledge',
    summary: 'One document',
    permission: 'read_only',
    params: address,
    response: document,
    handle: async ({ params, database }) => {
      const found = await getKnowledge(database, params.id)
      if (found === undefined) throw noDocument()
      return found
    },
  }),
  write({
    method: 'POST',
    url: '/knowledge',
    id: 'addKnowledge',
    tag: 'knowledge',
    summary: 'Add a document; titles are unique',
    permission: 'operator',
    body: z.object({ ...text, agentId: z.uuid().optional() }),
    response: document,
    status: 201,
    audit: { event: 'knowledge.added', details: (_exchange, { id, title }) => ({ knowledgeId: id, title }) },
    prepare: ({ body }, context) => vectorOf(body, context),
    handle: async ({ body, identity, transaction, reply }, _context, embedding): Promise<KnowledgeDocument> => {
      const added = await addKnowledge(transaction, { ...body, createdBy: identity.userId }, embedding)
      reply.header('location', `/api/knowledge/${added.id}`)
      return added
    },
  }),
  write({
    method: 'PUT',
    url: '/knowledge/:id',
    id: 'updateKnowledge',
    tag: 'knowledge',
    summary: 'Replace title, text and source of a document',
    permission: 'operator',
    params: address,
    body: z.object(text),
    response: document,
    audit: { event: 'knowledge.updated', details: ({ params }, { title }) => ({ knowledgeId: params.id, title }) },
    prepare: ({ body }, context) => vectorOf(body, context),
    handle: async ({ params, body, transaction, request }, _context, embedding): Promise<KnowledgeDocument> => {
      const current = await getKnowledge(transaction, params.id, 'for update')
      if (current === undefined) throw noDocument()
      requireMatch(request, JSON.stringify(document.parse(current)))
      const changed = await updateKnowledge(transaction, params.id, body, embedding)
      if (changed === undefined) throw noDocument()
      return changed
    },
  }),
  write({
    method: 'DELETE',
    url: '/knowledge/:id',
    id: 'deleteKnowledge',
    tag: 'knowledge',
    summary: 'Remove a document',
    permission: 'operator',
    params: address,
    response: z.object({ id: z.uuid(), title: z.string() }),
    audit: { event: 'knowledge.deleted', details: ({ params }, { title }) => ({ knowledgeId: params.id, title }) },
    handle: async ({ params, transaction }) => {
      const title = await deleteKnowledge(transaction, params.id)
      if (title === undefined) throw noDocument()
      return { id: params.id, title }
    },
  }),
]
