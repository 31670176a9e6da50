import { sql, type Selectable, type Transaction } from 'kysely'
import type { Database } from './connection.ts'
import type { ModelTier, Tables, TaskResult, TaskState } from './tables.ts'

/** The queue's name for the job that carries out one task. */
export const taskJob = 'run_task'

type TaskRow = Selectable<Tables['archon_tasks']> & { readonly agent_name: string | null }

/** A task as the services show it. */
export interface Task {
  readonly id: string
  readonly title: string
  readonly input: string
  readonly modelTier: ModelTier
  readonly priority: number
  readonly state: TaskState
  readonly agent: string | null
  readonly result: TaskResult | null
  readonly error: string | null
  readonly attempts: number
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
  readonly submittedBy: string
}

function asTask(row: TaskRow): Task {
  return {
    id: row.id,
    title: row.title,
    input: row.input,
    modelTier: row.model_tier,
    priority: row.priority,
    state: row.state,
    agent: row.agent_name,
    result: row.result,
    error: row.error,
    attempts: row.attempts,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

function selectTasks(database: Database) {
  return database
    .selectFrom('archon_tasks as task')
    .leftJoin('archon_agents_v3 as agent', 'agent.id', 'task.agent_id')
    .selectAll('task')
    .select('agent.name as agent_name')
}

/** Puts a task's job into the queue. An unlocked job of the same task is replaced, so calling it again is harmless. */
export async function enqueueTask(transaction: Transaction<Tables>, id: string, priority: number): Promise<void> {
  // graphile-worker runs smaller numbers first.
  await sql`
    SELECT graphile_worker.add_job(${taskJob}::text, json_build_object('taskId', ${id}::text),
      job_key => ${`task:${id}`}::text, priority => ${-priority}::int)
  `.execute(transaction)
}

/** Stores the task and its job together: there is never one without the other. */
export async function submitTask(database: Database, task: NewTask): Promise<Task> {
  const row = await database.transaction().execute(async (transaction) => {
    const { title, input, modelTier, priority, submittedBy } = task
    const values = { title, input, model_tier: modelTier, priority, submitted_by: submittedBy }
    const created = await transaction.insertInto('archon_tasks').values(values).returningAll().executeTakeFirstOrThrow()
    await enqueueTask(transaction, created.id, priority)
    return created
  })
  return asTask({ ...row, agent_name: null })
}

export interface TaskFilter {
  readonly limit: number
  readonly state?: TaskState | undefined
  /** Only tasks older than this one: the last of the page before. */
  readonly before?: string | undefined
}

/** Tasks, newest first. */
export async function listTasks(database: Database, { limit, state, before }: TaskFilter): Promise<Task[]> {
  let query = selectTasks(database).orderBy('task.created_at', 'desc').orderBy('task.id', 'desc').limit(limit)
  if (state !== undefined) query = query.where('task.state', '=', state)
  if (before !== undefined) {
    query = query.where(
      sql<boolean>`(task.created_at, task.id) < (SELECT created_at, id FROM archon_tasks WHERE id = ${before})`,
    )
  }
  return (await query.execute()).map(asTask)
}

export async function findTasks(database: Database, ids: readonly string[]): Promise<Task[]> {
  return (await selectTasks(database).where('task.id', 'in', ids).execute()).map(asTask)
}
