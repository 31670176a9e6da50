import { sql } from 'kysely'
import { Problem } from '../common/problems.ts'
import type { TaskState } from './tables.ts'
import { enqueueJob, findTasks, type AnyDatabase, type Task } from './tasks.ts'

/** What people may do to a task, and from which states. The rest of a task's life is the agents' (`taskExecution.ts`). */
export const taskActions = {
  cancel: ['queued', 'running'],
  retry: ['failed', 'dead', 'cancelled'],
} as const satisfies Record<string, readonly TaskState[]>

/**
 * Cancels a task that waits at once. One that runs is asked to stop: the replica that works on it does so at its next heartbeat.
 * @throws Problem 404 `no-such-task`, 409 `transition-not-allowed`
 */
export async function cancelTask(database: AnyDatabase, id: string): Promise<Task> {
  const { rows } = await sql`
    WITH task AS (
      UPDATE archon_tasks SET cancel_requested_at = coalesce(cancel_requested_at, now()), updated_at = now(),
        error_code = CASE state WHEN 'queued' THEN 'cancelled' ELSE error_code END,
        error = CASE state WHEN 'queued' THEN 'It was cancelled before it was started.' ELSE error END,
        finished_at = CASE state WHEN 'queued' THEN now() ELSE finished_at END,
        state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END
      WHERE id = ${id} AND state = ANY(${[...taskActions.cancel]})
      RETURNING id, state
    )
    SELECT CASE state WHEN 'cancelled' THEN (graphile_worker.remove_job('task:' || id)).id END AS job FROM task
  `.execute(database)
  return afterAction(database, id, rows.length > 0, 'cancelled')
}

/**
 * Puts a task that ended without success back into the queue, with all its attempts before it. Costs so far stay, and count against its
 * budget; a deadline that has passed is dropped, for it would end the task again at once.
 * @throws Problem 404 `no-such-task`, 409 `transition-not-allowed`
 */
export async function retryTask(database: AnyDatabase, id: string): Promise<Task> {
  const { rows } = await sql`
    WITH task AS (
      UPDATE archon_tasks SET state = 'queued', attempts = 0, error_code = NULL, error = NULL, result = NULL, agent_id = NULL,
        lease = NULL, lease_until = NULL, cancel_requested_at = NULL, started_at = NULL, finished_at = NULL, updated_at = now(),
        deadline = CASE WHEN deadline > now() THEN deadline END
      WHERE id = ${id} AND state = ANY(${[...taskActions.retry]})
      RETURNING id, model_tier, priority
    )
    SELECT ${enqueueJob('task')} AS job FROM task
  `.execute(database)
  return afterAction(database, id, rows.length > 0, 'queued')
}

async function afterAction(database: AnyDatabase, id: string, isDone: boolean, to: TaskState): Promise<Task> {
  const [task] = await findTasks(database, [id])
  if (task === undefined) throw new Problem(404, 'no-such-task', 'There is no task with this id.')
  if (!isDone) {
    const detail = `A task cannot go from ${task.state} to ${to}.`
    throw new Problem(409, 'transition-not-allowed', detail)
  }
  return task
}
