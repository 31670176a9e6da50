import { z } from 'zod'
import { Problem } from '../common/problems.ts'
import { read, write, type Route } from './route.ts'
import { paragraph } from './schemas.ts'

const feedback = z.object({ taskId: z.uuid(), score: z.number().int().min(1).max(5), comment: z.string() })

/** What users think of the results. */
export const feedbackRoutes: readonly Route[] = [
  write({
    method: 'PUT',
    url: '/tasks/:id/feedback',
    id: 'rateTask',
    tag: 'feedback',
    summary: 'Rate the result of a task; rating again replaces your rating',
    permission: 'read_only',
    params: z.object({ id: z.uuid() }),
    body: z.object({ score: z.number().int().min(1).max(5), comment: paragraph(2_000).or(z.literal('')).default('') }),
    response: feedback,
    audit: { event: 'feedback.given', details: ({ params, body }) => ({ taskId: params.id, score: body.score }) },
    handle: async ({ params, body, identity, transaction }) => {
      const { score, comment } = body
      const task = await transaction
        .selectFrom('archon_tasks')
        .select('id')
        .where('id', '=', params.id)
        .executeTakeFirst()
      if (task === undefined) throw new Problem(404, 'no-such-task', 'There is no task with this id.')
      await transaction
        .insertInto('archon_feedback')
        .values({ task_id: params.id, user_id: identity.userId, score, comment })
        .onConflict((conflict) => conflict.columns(['task_id', 'user_id']).doUpdateSet({ score, comment }))
        .execute()
      return { taskId: params.id, score, comment }
    },
  }),
  read({
    url: '/feedback/summary',
    id: 'summarizeFeedback',
    tag: 'feedback',
    summary: 'Mean score and number of ratings of the last 30 days',
    permission: 'read_only',
    response: z.object({ ratings: z.number().int(), mean: z.number().nullable() }),
    handle: async ({ database }) => {
      const row = await database
        .selectFrom('archon_feedback')
        .select(({ fn }) => [fn.countAll<string>().as('ratings'), fn.avg<string | null>('score').as('mean')])
        .where('created_at', '>', new Date(Date.now() - 30 * 86_400_000))
        .executeTakeFirstOrThrow()
      return { ratings: Number(row.ratings), mean: row.mean === null ? null : Number(row.mean) }
    },
  }),
]
