import { sql } from 'kysely'
import { Problem } from '../common/problems.ts'
import type { AnyDatabase } from './tasks.ts'

export interface Rating {
  readonly taskId: string
  readonly userId: string
  /** 1 to 5. */
  readonly score: number
  readonly comment: string
}

/** Stores a user's rating of a task; a second one replaces the first. @throws Problem 404 `no-such-task` */
export async function rateTask(database: AnyDatabase, { taskId, userId, score, comment }: Rating): Promise<void> {
  const task = await database.selectFrom('archon_tasks').select('id').where('id', '=', taskId).executeTakeFirst()
  if (task === undefined) throw new Problem(404, 'no-such-task', 'There is no task with this id.')
  await database
    .insertInto('archon_feedback')
    .values({ task_id: taskId, user_id: userId, score, comment })
    .onConflict((conflict) => conflict.columns(['task_id', 'user_id']).doUpdateSet({ score, comment }))
    .execute()
}

export interface Satisfaction {
  readonly ratings: number
  /** 1 to 5; null without a rating. */
  readonly mean: number | null
}

/** The metric `user_satisfaction`: mean score of the last days. */
export async function userSatisfaction(database: AnyDatabase, days = 30): Promise<Satisfaction> {
  const { rows } = await sql<{ ratings: string; mean: string | null }>`
    SELECT count(*) AS ratings, avg(score) AS mean FROM archon_feedback WHERE created_at > now() - make_interval(days => ${days})
  `.execute(database)
  const { ratings = '0', mean = null } = rows[0] ?? {}
  return { ratings: Number(ratings), mean: mean === null ? null : Number(mean) }
}
