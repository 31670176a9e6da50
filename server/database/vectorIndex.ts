import { createHash } from 'node:crypto'
import type { Embedding } from './knowledge.ts'

/** pgvector's limit for an HNSW index of `vector`. */
const mostDimensions = 2_000

/** What all indexes of vectors begin with. */
export const vectorIndexPrefix = 'idx_knowledge_embedding_'

/** A text as PostgreSQL writes it: an index's condition takes no parameters. */
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/**
 * The HNSW index of one embedding model. pgvector indexes only vectors of a known length, and vectors of two models in one graph hide each
 * other: so each model has a partial index of its own, and a query must repeat the cast and both conditions to use it.
 * @throws RangeError
 */
export function vectorIndex({ model, dimensions }: Pick<Embedding, 'model' | 'dimensions'>): {
  readonly name: string
  readonly definition: string
} {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > mostDimensions)
    throw new RangeError(
      `A vector of ${dimensions} dimensions cannot be indexed: pgvector allows 1 to ${mostDimensions}.`,
    )
  const hash = createHash('sha256').update(model).digest('hex').slice(0, 8)
  return {
    name: `${vectorIndexPrefix}${dimensions}_${hash}`,
    definition: `archon_agent_knowledge USING hnsw ((embedding::vector(${dimensions})) vector_cosine_ops)
      WHERE embedding_dimensions = ${dimensions} AND embedding_model = ${quoted(model)}`,
  }
}
