import { sql } from 'kysely'
import { enqueueTask } from '../database/tasks.ts'
import type { ExecutionOptions } from './execution.ts'

/**
 * Puts tasks back whose worker died, and tasks whose job got lost (a restored database holds jobs locked by workers of the past).
 * @returns the ids of the tasks that are waiting again
 */
export function recoverTasks({
  database,
  leaseSeconds,
}: Pick<ExecutionOptions, 'database' | 'leaseSeconds'>): Promise<string[]> {
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ id: string; priority: number }>`
      UPDATE archon_tasks SET state = 'queued', lease = NULL, lease_until = NULL, updated_at = now()
      WHERE id IN (
        SELECT task.id FROM archon_tasks AS task
        WHERE (task.state = 'running' AND task.lease_until < now())
          OR (task.state = 'queued' AND task.updated_at < now() - make_interval(secs => ${leaseSeconds})
            AND NOT EXISTS (SELECT FROM graphile_worker.jobs AS job
              WHERE job.key = 'task:' || task.id AND job.attempts < job.max_attempts
                AND (job.locked_at IS NULL OR job.locked_at > now() - make_interval(secs => ${leaseSeconds}))))
        FOR UPDATE SKIP LOCKED
      )
      RETURNING id, priority
    `.execute(transaction)
    for (const { id, priority } of rows) await enqueueTask(transaction, id, priority)
    await sql`
      UPDATE archon_agents_v3 AS agent SET state = 'idle', updated_at = now() WHERE state = 'working'
        AND NOT EXISTS (SELECT FROM archon_tasks WHERE agent_id = agent.id AND state = 'running')
    `.execute(transaction)
    return rows.map(({ id }) => id)
  })
}
