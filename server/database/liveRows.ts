import type { Transaction } from 'kysely'
import type { Database } from './connection.ts'
import type { ModelTier, Tables } from './tables.ts'

type Connection = Database | Transaction<Tables>

/** A call of a model, as the live topic `costs` tells of it. */
export interface CostEntry {
  readonly id: string
  readonly taskId: string | null
  readonly modelTier: ModelTier
  readonly model: string
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars, as text so that nothing is rounded. */
  readonly cost: string
  readonly recordedAt: string
}

/** A document without its text: whoever wants that asks the API. */
export interface KnowledgeEntry {
  readonly id: string
  readonly title: string
  readonly source: string
  readonly updatedAt: string
}

/** The newest calls, or those with the ids. */
export async function costEntries(
  database: Connection,
  { ids, limit }: { readonly ids?: readonly string[]; readonly limit: number },
): Promise<CostEntry[]> {
  let query = database
    .selectFrom('archon_cost_tracking')
    .select(['id', 'task_id', 'model_tier', 'model', 'input_tokens', 'output_tokens', 'cost', 'recorded_at'])
    .orderBy('id', 'desc')
    .limit(limit)
  if (ids !== undefined) query = query.where('id', 'in', ids)
  return (await query.execute()).map((row) => ({
    id: row.id,
    taskId: row.task_id,
    modelTier: row.model_tier,
    model: row.model,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    cost: row.cost,
    recordedAt: row.recorded_at.toISOString(),
  }))
}

/** The documents changed last, or those with the ids. */
export async function knowledgeEntries(
  database: Connection,
  { ids, limit }: { readonly ids?: readonly string[]; readonly limit: number },
): Promise<KnowledgeEntry[]> {
  let query = database
    .selectFrom('archon_agent_knowledge')
    .select(['id', 'title', 'source', 'updated_at'])
    .orderBy('updated_at', 'desc')
    .orderBy('id')
    .limit(limit)
  if (ids !== undefined) query = query.where('id', 'in', ids)
  return (await query.execute()).map(({ updated_at, ...row }) => ({ ...row, updatedAt: updated_at.toISOString() }))
}

/** Which of the sessions were ended before their time, or are no longer known. */
export async function endedSessions(database: Connection, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set()
  const query = database
    .selectFrom('archon_sessions')
    .select('id')
    .where('id', 'in', ids)
    .where('revoked_at', 'is', null)
  const going = new Set((await query.execute()).map(({ id }) => id))
  return new Set(ids.filter((id) => !going.has(id)))
}
