import { Problem } from '../common/problems.ts'
import type { Database } from '../database/connection.ts'
import { searchKnowledge, type KnowledgeHit, type SearchMode } from '../database/knowledgeSearch.ts'
import { embedText } from './embedder.ts'
import { type Embedder } from './types.ts'
import { EmbeddingUnavailable } from './endpoint.ts'

export interface KnowledgeSearch {
  readonly query: string
  readonly mode: SearchMode
  readonly limit: number
}

export interface SearchResult {
  /** What was done in the end: a hybrid search becomes one by words while the embedding model is away. */
  readonly mode: SearchMode
  readonly passages: readonly KnowledgeHit[]
}

export interface SearchTools {
  readonly database: Database
  readonly embedder: Embedder
  readonly log: { readonly warn: (fields: object, message: string) => void }
}

/** A person waits for the answer, so the embedding model is not waited for as long as a job would. Milliseconds. */
const patience = 10_000

/**
 * Searches the knowledge. Without the embedding model a hybrid search continues by words alone.
 * @throws Problem 503 `embedding-unavailable` for a search by meaning alone
 */
export async function findKnowledge(
  { database, embedder, log }: SearchTools,
  { query, mode, limit }: KnowledgeSearch,
  signal: AbortSignal,
): Promise<SearchResult> {
  if (mode === 'text') return { mode, passages: await searchKnowledge(database, { query, mode, limit }) }
  const limited = AbortSignal.any([signal, AbortSignal.timeout(patience)])
  const embedding = await embedText(embedder, query, limited).catch((error: unknown) => {
    signal.throwIfAborted()
    if (!limited.aborted && !(error instanceof EmbeddingUnavailable)) throw error
    log.warn({ err: error }, 'the embedding model is away: searching by words alone')
    return undefined
  })
  if (embedding === undefined && mode === 'vector')
    throw new Problem(
      503,
      'embedding-unavailable',
      'The embedding model cannot be reached, so a search by meaning is not possible now. Search by words, or try again later.',
    )
  const used = embedding === undefined ? 'text' : mode
  return { mode: used, passages: await searchKnowledge(database, { query, mode: used, limit, embedding }) }
}
