import { sql } from 'kysely'
import { callColumns, costColumns, type ModelCall } from './costs.ts'
import type { ModelTier, TaskResult, TaskState } from './tables.ts'
import { enqueueJob, type AnyDatabase } from './tasks.ts'

/** A task that one execution holds, and what it needs to know. */
export interface ClaimedTask {
  readonly id: string
  /** Names this execution; another one's finish changes nothing. */
  readonly lease: string
  readonly agentId: string
  readonly agent: string
  readonly instructions: string
  readonly tier: ModelTier
  readonly title: string
  readonly input: string
  readonly tenant: string
  /** Which run of the task this is, ever; and which attempt since it was submitted or retried. */
  readonly run: number
  readonly attempt: number
  readonly maxAttempts: number
  readonly timeoutSeconds: number
  readonly deadline: Date | null
  /** US dollars; null means no limit. */
  readonly budget: number | null
  readonly cost: number
  readonly tenantBudget: number | null
  readonly submittedBy: string | null
}

interface ClaimRow extends Omit<ClaimedTask, 'budget' | 'cost' | 'tenantBudget'> {
  readonly budget: string | null
  readonly cost: string
  readonly tenantBudget: string | null
}

const optional = (money: string | null) => (money === null ? null : Number(money))

/**
 * Takes tasks that wait, and running ones whose worker let its lease end, each for the least busy agent of the tier; hibernated agents are
 * woken when the others have more to do. One statement for all.
 * @returns the tasks taken; the rest are finished, taken, cancelled or too late, or no agent of the tier takes tasks
 */
export async function claimTasks(
  database: AnyDatabase,
  {
    tier,
    ids,
    leaseSeconds,
  }: { readonly tier: ModelTier; readonly ids: readonly string[]; readonly leaseSeconds: number },
): Promise<ClaimedTask[]> {
  const { rows } = await sql<ClaimRow>`
    WITH wanted AS MATERIALIZED (
      SELECT id FROM archon_tasks
      WHERE id = ANY(${ids}::uuid[]) AND (state = 'queued' OR (state = 'running' AND lease_until < now()))
        AND cancel_requested_at IS NULL AND (deadline IS NULL OR deadline > now())
      ORDER BY id FOR UPDATE
    ), placed AS (
      SELECT id, row_number() OVER () - 1 AS place FROM wanted
    ), agent AS MATERIALIZED (
      SELECT agent.id, agent.name, agent.instructions, count(*) OVER () AS all_agents,
        row_number() OVER (ORDER BY coalesce(load.tasks, 0), agent.state = 'hibernated', agent.id) - 1 AS place
      FROM archon_agents_v3 AS agent
      LEFT JOIN (SELECT agent_id, count(*) AS tasks FROM archon_tasks WHERE state = 'running' AND model_tier = ${tier} GROUP BY agent_id)
        AS load ON load.agent_id = agent.id
      WHERE agent.model_tier = ${tier} AND agent.state IN ('idle', 'working', 'hibernated')
    ), pair AS (
      SELECT placed.id AS task_id, agent.* FROM placed JOIN agent ON agent.place = placed.place % agent.all_agents
    ), sleeping AS MATERIALIZED (
      SELECT id FROM archon_agents_v3 WHERE id IN (SELECT id FROM pair) AND state IN ('idle', 'hibernated') ORDER BY id FOR UPDATE
    ), woken AS (
      UPDATE archon_agents_v3 SET state = 'working', last_active_at = now(), updated_at = now() WHERE id IN (SELECT id FROM sleeping)
    )
    UPDATE archon_tasks AS task SET state = 'running', agent_id = pair.id, lease = gen_random_uuid(),
      lease_until = now() + make_interval(secs => ${leaseSeconds}), attempts = task.attempts + 1, runs = task.runs + 1,
      started_at = coalesce(task.started_at, now()), updated_at = now()
    FROM pair, archon_tenants AS tenant
    WHERE task.id = pair.task_id AND tenant.name = task.tenant
    RETURNING task.id, task.lease, pair.id AS "agentId", pair.name AS agent, pair.instructions, task.model_tier AS tier, task.title,
      task.input, task.tenant, task.runs AS run, task.attempts AS attempt, task.max_attempts AS "maxAttempts",
      task.timeout_seconds AS "timeoutSeconds", task.deadline, task.budget, task.cost, tenant.monthly_budget AS "tenantBudget",
      task.submitted_by AS "submittedBy"
  `.execute(database)
  return rows.map((row) => ({
    ...row,
    budget: optional(row.budget),
    cost: Number(row.cost),
    tenantBudget: optional(row.tenantBudget),
  }))
}

/** Whether any agent of the tier takes tasks now. */
export async function isStaffed(database: AnyDatabase, tier: ModelTier): Promise<boolean> {
  const agent = await database
    .selectFrom('archon_agents_v3')
    .select('id')
    .where('model_tier', '=', tier)
    .where('state', 'in', ['idle', 'working', 'hibernated'])
    .limit(1)
    .executeTakeFirst()
  return agent !== undefined
}

/** Puts the job of a task that still waits back into the queue, to be taken after a moment. */
export async function postponeTask(database: AnyDatabase, id: string, seconds: number): Promise<void> {
  await sql`
    SELECT ${enqueueJob('task', sql`now() + make_interval(secs => ${seconds})`)} AS job
    FROM archon_tasks AS task WHERE id = ${id} AND state = 'queued'
  `.execute(database)
}

/** How many tasks are above one: 0 for a task that people submitted. */
export async function depthOfTask(database: AnyDatabase, id: string): Promise<number> {
  const { rows } = await sql<{ depth: number }>`
    WITH RECURSIVE ancestor AS (
      SELECT parent_id, 0 AS depth FROM archon_tasks WHERE id = ${id}
      UNION ALL
      SELECT task.parent_id, ancestor.depth + 1 FROM archon_tasks AS task JOIN ancestor ON task.id = ancestor.parent_id
    )
    SELECT max(depth) AS depth FROM ancestor
  `.execute(database)
  return rows[0]?.depth ?? 0
}

export interface RenewedLease {
  readonly lease: string
  readonly isCancelRequested: boolean
}

/** Renews leases. Those that are missing from the answer were lost: the task is another's, or over. */
export async function renewLeases(
  database: AnyDatabase,
  held: readonly Pick<ClaimedTask, 'id' | 'lease'>[],
  leaseSeconds: number,
): Promise<RenewedLease[]> {
  const [ids, leases] = [held.map(({ id }) => id), held.map(({ lease }) => lease)]
  const { rows } = await sql<RenewedLease>`
    UPDATE archon_tasks SET lease_until = now() + make_interval(secs => ${leaseSeconds})
    WHERE id = ANY(${ids}::uuid[]) AND lease = ANY(${leases}::uuid[])
    RETURNING lease, cancel_requested_at IS NOT NULL AS "isCancelRequested"
  `.execute(database)
  return rows
}

/** How an execution ends its task. `queued` gives it back for another attempt. */
export interface TaskOutcome {
  readonly id: string
  readonly lease: string
  readonly state: Exclude<TaskState, 'running'>
  readonly result: TaskResult | null
  readonly errorCode: string | null
  readonly error: string | null
  /** Before another attempt. */
  readonly retrySeconds: number
  /** Calls that are not stored yet, and the sum of their costs in US dollars. */
  readonly calls: readonly ModelCall[]
  readonly cost: number
  readonly notes: readonly string[]
}

export interface EndedTask {
  readonly id: string
  readonly state: Exclude<TaskState, 'running'>
  readonly tier: ModelTier
  /** US dollars of all attempts. */
  readonly cost: number
  /** From the first start. */
  readonly seconds: number
}

/**
 * Writes how tasks ended, with costs, notes, the agents' records and the job of a next attempt: for each task all of it, once. For a task
 * whose lease was lost nothing at all is written. One statement for all.
 * @returns the tasks that were written
 */
export async function finishTasks(database: AnyDatabase, outcomes: readonly TaskOutcome[]): Promise<EndedTask[]> {
  const calls = outcomes.flatMap((outcome) => outcome.calls)
  const notes = outcomes.flatMap(({ id, notes: contents }) => contents.map((content) => ({ id, content })))
  const { rows } = await sql<Omit<EndedTask, 'cost'> & { readonly cost: string }>`
    WITH outcome AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb) AS outcome(id uuid, lease uuid, state text, result jsonb,
        "errorCode" text, error text, cost numeric, "retrySeconds" double precision)
    ), held AS MATERIALIZED (
      SELECT task.id FROM archon_tasks AS task JOIN outcome ON outcome.id = task.id AND outcome.lease = task.lease
      ORDER BY task.id FOR UPDATE OF task
    ), ended AS (
      UPDATE archon_tasks AS task SET
        state = CASE WHEN outcome.state = 'queued' AND cancel_requested_at IS NOT NULL THEN 'cancelled' ELSE outcome.state END,
        result = outcome.result, error_code = outcome."errorCode", error = outcome.error, cost = task.cost + outcome.cost,
        lease = NULL, lease_until = NULL, updated_at = now(), finished_at = CASE outcome.state WHEN 'queued' THEN NULL ELSE now() END
      FROM held JOIN outcome ON outcome.id = held.id WHERE task.id = held.id
      RETURNING task.id, task.agent_id, task.state, task.model_tier, task.priority, task.cost, outcome."retrySeconds",
        extract(epoch FROM now() - started_at)::float8 AS seconds
    ), paid AS (
      INSERT INTO archon_cost_tracking (${costColumns})
      SELECT call.* FROM jsonb_to_recordset(${JSON.stringify(calls)}::jsonb) AS call(${callColumns})
      JOIN ended ON ended.id = call."taskId"
    ), noted AS (
      INSERT INTO archon_notes (task_id, agent_id, content)
      SELECT ended.id, ended.agent_id, note.content
      FROM jsonb_to_recordset(${JSON.stringify(notes)}::jsonb) AS note(id uuid, content text) JOIN ended ON ended.id = note.id
    ), tally AS (
      SELECT agent_id, count(*) FILTER (WHERE state = 'completed') AS completed, count(*) FILTER (WHERE state IN ('failed', 'dead')) AS failed
      FROM ended WHERE state IN ('completed', 'failed', 'dead') GROUP BY agent_id
    ), agent AS MATERIALIZED (
      SELECT id FROM archon_agents_v3 WHERE id IN (SELECT agent_id FROM tally) ORDER BY id FOR NO KEY UPDATE
    ), recorded AS (
      ${recordTally}
    )
    SELECT ended.id, ended.state, ended.model_tier AS tier, ended.cost, ended.seconds,
      CASE ended.state WHEN 'queued' THEN ${enqueueJob('ended', sql`now() + make_interval(secs => ended."retrySeconds")`)} END AS job
    FROM ended
  `.execute(database)
  return rows.map(({ id, state, tier, cost, seconds }) => ({ id, state, tier, cost: Number(cost), seconds }))
}

/** Adds to the agents' records. Expects `tally` (agent_id, completed, failed), and `agent` to have locked their rows in order. */
export const recordTally = sql`
  UPDATE archon_agents_v3 AS record SET tasks_completed = record.tasks_completed + tally.completed,
    tasks_failed = record.tasks_failed + tally.failed, last_active_at = now(), updated_at = now(),
    success_rate = (record.tasks_completed + tally.completed)::float8
      / (record.tasks_completed + record.tasks_failed + tally.completed + tally.failed)
  FROM tally JOIN agent ON agent.id = tally.agent_id WHERE record.id = agent.id`
