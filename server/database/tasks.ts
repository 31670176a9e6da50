import { sql, type Kysely, type RawBuilder, type Selectable, type Transaction } from 'kysely'
import { Problem } from '../common/problems.ts'
import type { ModelTier, Tables, TaskResult, TaskState } from './tables.ts'

/** The queue's name for the jobs that carry out the tasks of a tier: each tier's pool takes its own. */
export const taskJob = (tier: ModelTier) => `run_${tier.toLowerCase()}_task`

/**
 * SQL that puts the job of a task into the queue and gives the job's id. An unlocked job of the same task is replaced, so doing it again
 * is harmless.
 * @param task the alias of a row with id, model_tier and priority
 */
export function enqueueJob(task: string, runAt: RawBuilder<unknown> = sql`now()`): RawBuilder<string> {
  const [id, tier, priority] = ['id', 'model_tier', 'priority'].map((column) => sql.ref(`${task}.${column}`))
  // graphile-worker runs smaller numbers first.
  return sql<string>`(graphile_worker.add_job('run_' || lower(${tier}) || '_task', json_build_object('taskId', ${id}),
    job_key => 'task:' || ${id}, run_at => ${runAt}, priority => -${priority})).id`
}

export type TaskRow = Selectable<Tables['archon_tasks']> & { readonly agent_name: string | null }

/** A task as the services show it. */
export interface Task {
  readonly id: string
  readonly title: string
  readonly input: string
  readonly modelTier: ModelTier
  readonly priority: number
  readonly state: TaskState
  readonly tenant: string
  readonly agent: string | null
  readonly parentId: string | null
  readonly result: TaskResult | null
  /** Why it failed, died, was cancelled, or why its last attempt broke: a code for programs. */
  readonly errorCode: string | null
  readonly error: string | null
  readonly attempts: number
  readonly maxAttempts: number
  readonly timeoutSeconds: number
  readonly deadline: string | null
  /** US dollars. */
  readonly budget: number | null
  readonly cost: number
  readonly isCancelRequested: boolean
  readonly submittedBy: string | null
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
}

export interface NewTask {
  readonly title: string
  readonly input: string
  readonly modelTier: ModelTier
  /** Higher is sooner. */
  readonly priority: number
  readonly submittedBy: string | null
  /** The same key of the same submitter gives the same task. */
  readonly idempotencyKey?: string | undefined
  readonly parentId?: string | undefined
  /** 1 to 20; 5 unless given. */
  readonly maxAttempts?: number | undefined
  /** Of one attempt; 300 unless given. */
  readonly timeoutSeconds?: number | undefined
  readonly deadline?: string | undefined
  /** US dollars for all attempts together. */
  readonly budget?: number | undefined
}

export function asTask(row: TaskRow): Task {
  return {
    id: row.id,
    title: row.title,
    input: row.input,
    modelTier: row.model_tier,
    priority: row.priority,
    state: row.state,
    tenant: row.tenant,
    agent: row.agent_name,
    parentId: row.parent_id,
    result: row.result,
    errorCode: row.error_code,
    error: row.error,
    attempts: row.attempts,
    maxAttempts: row.max_attempts,
    timeoutSeconds: row.timeout_seconds,
    deadline: row.deadline?.toISOString() ?? null,
    budget: row.budget === null ? null : Number(row.budget),
    cost: Number(row.cost),
    isCancelRequested: row.cancel_requested_at !== null,
    submittedBy: row.submitted_by,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

export type AnyDatabase = Kysely<Tables> | Transaction<Tables>

/**
 * Stores the task and its job together, in one statement: there is never one without the other. The tenant is the submitter's.
 * @throws Problem 409 `idempotency-key-reused` when the submitter used the key for another task
 */
export async function submitTask(database: AnyDatabase, task: NewTask): Promise<Task> {
  return (await submitOnce(database, task)).task
}

/** Like `submitTask`; it also says whether this call made the task or found the one that the key had made before. */
export async function submitOnce(
  database: AnyDatabase,
  task: NewTask,
): Promise<{ readonly task: Task; readonly isNew: boolean }> {
  const { submittedBy, idempotencyKey = null, deadline = null, budget = null } = task
  const { rows } = await sql<TaskRow>`
    WITH created AS (
      INSERT INTO archon_tasks (title, input, model_tier, priority, submitted_by, tenant, idempotency_key, parent_id, max_attempts,
        timeout_seconds, deadline, budget)
      VALUES (${task.title}, ${task.input}, ${task.modelTier}, ${task.priority}, ${submittedBy}::uuid,
        coalesce((SELECT tenant FROM archon_users WHERE id = ${submittedBy}::uuid), 'default'), ${idempotencyKey},
        ${task.parentId ?? null}::uuid, coalesce(${task.maxAttempts ?? null}::integer, 5),
        coalesce(${task.timeoutSeconds ?? null}::integer, 300), ${deadline}::timestamptz, ${budget}::numeric)
      ON CONFLICT (submitted_by, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
      RETURNING *
    )
    SELECT created.*, NULL AS agent_name,
      ${enqueueJob('created')} AS job
    FROM created
  `.execute(database)
  if (rows[0] !== undefined) return { task: asTask(rows[0]), isNew: true }
  const existing = await selectTasks(database)
    .where('task.submitted_by', '=', submittedBy)
    .where('task.idempotency_key', '=', idempotencyKey)
    .executeTakeFirstOrThrow()
  const found = asTask(existing)
  if (!isSameRequest(found, task)) {
    throw new Problem(
      409,
      'idempotency-key-reused',
      `This idempotency key has made the task ${found.id} from another request. Nothing was stored; use a new key for a new task.`,
    )
  }
  return { task: found, isNew: false }
}

function isSameRequest(found: Task, asked: NewTask): boolean {
  const moment = (text: string | null | undefined) => (text == null ? null : Date.parse(text))
  return (
    found.title === asked.title &&
    found.input === asked.input &&
    found.modelTier === asked.modelTier &&
    found.priority === asked.priority &&
    found.parentId === (asked.parentId ?? null) &&
    found.maxAttempts === (asked.maxAttempts ?? 5) &&
    found.timeoutSeconds === (asked.timeoutSeconds ?? 300) &&
    moment(found.deadline) === moment(asked.deadline) &&
    found.budget === (asked.budget === undefined ? null : Number(asked.budget.toFixed(6)))
  )
}

function selectTasks(database: AnyDatabase) {
  return database
    .selectFrom('archon_tasks as task')
    .leftJoin('archon_agents_v3 as agent', 'agent.id', 'task.agent_id')
    .selectAll('task')
    .select('agent.name as agent_name')
}

export interface TaskFilter {
  readonly limit: number
  readonly state?: TaskState | undefined
  readonly modelTier?: ModelTier | undefined
  readonly tenant?: string | undefined
  /** A user's id. */
  readonly submittedBy?: string | undefined
  /** An agent's name. */
  readonly agent?: string | undefined
  readonly parentId?: string | undefined
  /** Only tasks older than this one: the last of the page before. */
  readonly before?: string | undefined
}

/** Tasks, newest first. */
export async function listTasks(database: AnyDatabase, filter: TaskFilter): Promise<Task[]> {
  const { limit, state, modelTier, tenant, submittedBy, agent, parentId, before } = filter
  let query = selectTasks(database).orderBy('task.created_at', 'desc').orderBy('task.id', 'desc').limit(limit)
  if (state !== undefined) query = query.where('task.state', '=', state)
  if (modelTier !== undefined) query = query.where('task.model_tier', '=', modelTier)
  if (tenant !== undefined) query = query.where('task.tenant', '=', tenant)
  if (submittedBy !== undefined) query = query.where('task.submitted_by', '=', submittedBy)
  if (agent !== undefined) query = query.where('agent.name', '=', agent)
  if (parentId !== undefined) query = query.where('task.parent_id', '=', parentId)
  if (before !== undefined) {
    query = query.where(
      sql<boolean>`(task.created_at, task.id) < (SELECT created_at, id FROM archon_tasks WHERE id = ${before})`,
    )
  }
  return (await query.execute()).map(asTask)
}

export async function findTasks(database: AnyDatabase, ids: readonly string[]): Promise<Task[]> {
  if (ids.length === 0) return []
  return (await selectTasks(database).where('task.id', 'in', ids).execute()).map(asTask)
}

/** How many tasks wait, run or are dead, by tier. States and tiers without a task are left out. */
export async function countOpenTasks(
  database: AnyDatabase,
): Promise<{ readonly state: TaskState; readonly tier: ModelTier; readonly tasks: number }[]> {
  const rows = await database
    .selectFrom('archon_tasks')
    .select(['state', 'model_tier as tier', ({ fn }) => fn.countAll<string>().as('tasks')])
    .where('state', 'in', ['queued', 'running', 'dead'])
    .groupBy(['state', 'model_tier'])
    .execute()
  return rows.map(({ state, tier, tasks }) => ({ state, tier, tasks: Number(tasks) }))
}
