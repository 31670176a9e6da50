import { sql } from 'kysely'
import { randomFrom } from '#shared/testing/random.ts'
import type { Database } from '../database/connection.ts'

export interface VectorCloud {
  readonly seed: number
  readonly count: number
  readonly model: string
  readonly dimensions: number
}

/**
 * Documents whose vectors lie in clusters, as texts about some dozens of subjects do. Vectors at random would all be equally far from each
 * other, which no text is.
 */
export async function storeVectorsInClusters(
  tables: Database,
  { seed, count, model, dimensions }: VectorCloud,
): Promise<void> {
  const random = randomFrom(seed)
  const centres = Array.from({ length: 50 }, () => Array.from({ length: dimensions }, () => random() - 0.5))
  const batch = 500
  for (let start = 0; start < count; start += batch) {
    const documents = Array.from({ length: Math.min(batch, count - start) }, (_, offset) => {
      const centre = centres[Math.floor(random() * centres.length)] ?? []
      const vector = centre.map((value) => (value + (random() - 0.5) * 0.8).toFixed(5))
      const title = `${model} ${seed} ${start + offset}`
      return { title, content: `Generated passage ${start + offset}.`, vector: `[${vector.join(',')}]` }
    })
    await sql`
      INSERT INTO archon_agent_knowledge (title, content, embedding, embedding_model, embedding_dimensions)
      SELECT title, content, vector::vector, ${model}, ${dimensions}
      FROM jsonb_to_recordset(${JSON.stringify(documents)}::jsonb) AS new(title text, content text, vector text)
    `.execute(tables)
  }
}
