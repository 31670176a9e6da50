import { sql } from 'kysely'
import type { ModelTier } from './tables.ts'
import type { AnyDatabase } from './tasks.ts'

/** One call of a model, as it is paid. */
export interface ModelCall {
  readonly taskId: string
  readonly agentId: string
  readonly tenant: string
  readonly tier: ModelTier
  readonly model: string
  /** The task's run and the call's place in it: a call is paid once. */
  readonly attempt: number
  readonly call: number
  readonly inputTokens: number
  readonly outputTokens: number
  readonly milliseconds: number
  /** US dollars. */
  readonly cost: number
}

/** Columns of a JSON list of calls, for `jsonb_to_recordset`. */
export const callColumns = sql`"taskId" uuid, "agentId" uuid, tenant text, tier text, model text, attempt integer, call integer,
  "inputTokens" integer, "outputTokens" integer, milliseconds integer, cost numeric`

/** Where the values of `callColumns` go, in their order. */
export const costColumns = sql`task_id, agent_id, tenant, model_tier, model, attempt, call, input_tokens, output_tokens, milliseconds,
  cost`

/** Stores calls at once, whatever becomes of their tasks: they are paid. Storing a call again changes nothing. */
export async function recordCalls(database: AnyDatabase, calls: readonly ModelCall[]): Promise<void> {
  if (calls.length === 0) return
  await sql`
    WITH paid AS (
      INSERT INTO archon_cost_tracking (${costColumns})
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(calls)}::jsonb) AS call(${callColumns})
      ON CONFLICT (task_id, attempt, call) DO NOTHING RETURNING task_id, cost
    )
    UPDATE archon_tasks AS task SET cost = task.cost + spent.cost
    FROM (SELECT task_id, sum(cost) AS cost FROM paid GROUP BY task_id) AS spent WHERE task.id = spent.task_id
  `.execute(database)
}

export interface CostFilter {
  /** ISO times; from inclusive, to exclusive. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly tenant?: string | undefined
}

export interface CostSum {
  readonly calls: number
  readonly inputTokens: number
  readonly outputTokens: number
  /** US dollars. */
  readonly cost: number
}

interface SumRow {
  readonly key: string
  readonly calls: string
  readonly input_tokens: string
  readonly output_tokens: string
  readonly cost: string
}

const asSum = ({ calls, input_tokens, output_tokens, cost }: SumRow): CostSum => ({
  calls: Number(calls),
  inputTokens: Number(input_tokens),
  outputTokens: Number(output_tokens),
  cost: Number(cost),
})

const within = ({ from, to, tenant }: CostFilter) => sql`
  recorded_at >= coalesce(${from ?? null}::timestamptz, '-infinity') AND recorded_at < coalesce(${to ?? null}::timestamptz, 'infinity')
  AND (${tenant ?? null}::text IS NULL OR tenant = ${tenant ?? null})`

const sums = sql`count(*) AS calls, sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens, sum(cost) AS cost`

/** Sums by tier, the dearest first. */
export async function costsByTier(
  database: AnyDatabase,
  filter: CostFilter,
): Promise<(CostSum & { readonly tier: ModelTier })[]> {
  const { rows } = await sql<SumRow & { key: ModelTier }>`
    SELECT model_tier AS key, ${sums} FROM archon_cost_tracking WHERE ${within(filter)} GROUP BY 1 ORDER BY sum(cost) DESC, 1
  `.execute(database)
  return rows.map((row) => ({ tier: row.key, ...asSum(row) }))
}

/** Sums by day (UTC, `YYYY-MM-DD`), newest first. Days without a call are left out. */
export async function costsByDay(
  database: AnyDatabase,
  filter: CostFilter,
): Promise<(CostSum & { readonly day: string })[]> {
  const { rows } = await sql<SumRow>`
    SELECT to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS key, ${sums} FROM archon_cost_tracking
    WHERE ${within(filter)} GROUP BY 1 ORDER BY 1 DESC
  `.execute(database)
  return rows.map((row) => ({ day: row.key, ...asSum(row) }))
}

/** Sums by task, the dearest first. */
export async function costsByTask(
  database: AnyDatabase,
  filter: CostFilter & { readonly limit: number },
): Promise<(CostSum & { readonly taskId: string })[]> {
  const { rows } = await sql<SumRow>`
    SELECT task_id AS key, ${sums} FROM archon_cost_tracking
    WHERE ${within(filter)} AND task_id IS NOT NULL GROUP BY 1 ORDER BY sum(cost) DESC, 1 LIMIT ${filter.limit}
  `.execute(database)
  return rows.map((row) => ({ taskId: row.key, ...asSum(row) }))
}

export interface RecordedCall extends Omit<ModelCall, 'taskId' | 'agentId' | 'tenant' | 'tier'> {
  readonly recordedAt: string
}

/** Every call of one task, in the order of its attempts. */
export async function callsOfTask(database: AnyDatabase, taskId: string): Promise<RecordedCall[]> {
  const rows = await database
    .selectFrom('archon_cost_tracking')
    .selectAll()
    .where('task_id', '=', taskId)
    .orderBy('attempt')
    .orderBy('call')
    .execute()
  return rows.map((row) => ({
    model: row.model,
    attempt: row.attempt,
    call: row.call,
    inputTokens: row.input_tokens,
    outputTokens: row.output_tokens,
    milliseconds: row.milliseconds,
    cost: Number(row.cost),
    recordedAt: row.recorded_at.toISOString(),
  }))
}
