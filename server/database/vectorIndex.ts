/**
 * The HNSW index of one vector length. pgvector indexes only vectors of a known length, so each embedding model's length has a partial
 * index of its own, and a query must repeat the cast and the condition to use it. At most 2,000 dimensions (pgvector's limit).
 * @throws RangeError
 */
export function vectorIndex(dimensions: number): { readonly name: string; readonly definition: string } {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > 2_000)
    throw new RangeError(`A vector of ${dimensions} dimensions cannot be indexed: pgvector allows 1 to 2000.`)
  return {
    name: `idx_knowledge_embedding_${dimensions}`,
    definition: `archon_agent_knowledge USING hnsw ((embedding::vector(${dimensions})) vector_cosine_ops) WHERE embedding_dimensions = ${dimensions}`,
  }
}
