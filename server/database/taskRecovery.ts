import { sql } from 'kysely'
import type { Database } from './connection.ts'
import { locks } from './locks.ts'
import type { TaskState } from './tables.ts'
import { enqueueJob } from './tasks.ts'
import { recordTally } from './taskExecution.ts'

export interface RecoveredTask {
  readonly id: string
  readonly state: TaskState
}

/**
 * Ends or puts back what nobody works on any more: running tasks whose worker is gone, and tasks whose deadline passed while they waited.
 * @returns what changed; nothing while another replica is at it
 */
export async function recoverTasks(database: Database): Promise<RecoveredTask[]> {
  const { rows } = await sql<RecoveredTask>`
    WITH found AS MATERIALIZED (
      SELECT id, state AS before, CASE WHEN cancel_requested_at IS NOT NULL THEN 1 WHEN deadline <= now() THEN 2
        WHEN attempts >= max_attempts THEN 3 ELSE 4 END AS verdict
      FROM archon_tasks
      WHERE (SELECT pg_try_advisory_xact_lock(${locks.taskRecovery})) AND (
        (state = 'running' AND lease_until < now()) OR (state = 'queued' AND deadline <= now()))
      ORDER BY id FOR UPDATE SKIP LOCKED
    ), rule (verdict, state, code, sentence) AS (VALUES
      (1, 'cancelled', 'cancelled', 'It was cancelled.'),
      (2, 'failed', 'deadline-exceeded', 'Its deadline passed before it was finished.'),
      (3, 'dead', 'worker-lost', 'The worker of its last attempt disappeared, as others may have before: see the log of the agents.'),
      (4, 'queued', 'worker-lost', 'The worker of its last attempt disappeared. It is tried again.')
    ), moved AS (
      UPDATE archon_tasks AS task SET lease = NULL, lease_until = NULL, updated_at = now(), state = rule.state,
        error_code = rule.code, error = rule.sentence, finished_at = CASE rule.state WHEN 'queued' THEN NULL ELSE now() END
      FROM found JOIN rule USING (verdict) WHERE task.id = found.id
      RETURNING task.id, task.state, task.agent_id, task.model_tier, task.priority, found.before
    ), tally AS (
      SELECT agent_id, 0::bigint AS completed, count(*) AS failed FROM moved
      WHERE before = 'running' AND state IN ('failed', 'dead') GROUP BY agent_id
    ), agent AS MATERIALIZED (
      SELECT id FROM archon_agents_v3 WHERE id IN (SELECT agent_id FROM tally) ORDER BY id FOR NO KEY UPDATE
    ), recorded AS (
      ${recordTally}
    )
    SELECT moved.id, moved.state, CASE moved.state WHEN 'queued' THEN ${enqueueJob('moved')} END AS job FROM moved
  `.execute(database)
  return rows.map(({ id, state }) => ({ id, state }))
}

/**
 * Makes new jobs for waiting tasks that have none, or whose job is locked by a worker that does not start it: killed in between, or of
 * the past of a restored database. Jobs that were given up in favour of newer ones are cleared away.
 * @param graceSeconds how long a worker may hold a job before it starts the task
 * @returns the ids of the tasks
 */
export async function requeueLostJobs(database: Database, graceSeconds: number): Promise<string[]> {
  const grace = sql`make_interval(secs => ${graceSeconds})`
  const { rows } = await sql<{ id: string }>`
    WITH lost AS MATERIALIZED (
      SELECT task.id, task.model_tier, task.priority FROM archon_tasks AS task
      LEFT JOIN graphile_worker._private_jobs AS job ON job.key = 'task:' || task.id
      WHERE (SELECT pg_try_advisory_xact_lock(${locks.taskRecovery})) AND task.state = 'queued' AND task.updated_at < now() - ${grace}
        AND (job.id IS NULL OR job.attempts >= job.max_attempts OR job.locked_at < now() - ${grace})
      FOR UPDATE OF task SKIP LOCKED
    ), renewed AS (
      UPDATE archon_tasks AS task SET updated_at = now() FROM lost WHERE task.id = lost.id
    ), cleared AS (
      DELETE FROM graphile_worker._private_jobs AS job USING graphile_worker._private_tasks AS kind
      WHERE kind.id = job.task_id AND kind.identifier LIKE 'run\\_%\\_task' AND job.key IS NULL AND job.attempts >= job.max_attempts
        AND job.updated_at < now() - interval '1 hour'
    )
    SELECT lost.id, ${enqueueJob('lost')} AS job FROM lost
  `.execute(database)
  return rows.map(({ id }) => id)
}
