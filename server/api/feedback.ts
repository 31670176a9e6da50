import { z } from 'zod'
import { rateTask, userSatisfaction } from '../database/feedback.ts'
import { read, write, type Route } from './route.ts'
import { paragraph } from '../common/texts.ts'

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
    handle: async ({ params, body: { score, comment }, identity, transaction }) => {
      const taskId = params.id
      await rateTask(transaction, { taskId, userId: identity.userId, score, comment })
      return { taskId, score, comment }
    },
  }),
  read({
    url: '/feedback/summary',
    id: 'summarizeFeedback',
    tag: 'feedback',
    summary: 'Mean score and number of ratings of the last 30 days',
    permission: 'read_only',
    response: z.object({ ratings: z.number().int(), mean: z.number().nullable() }),
    handle: ({ database }) => userSatisfaction(database),
  }),
]
