import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { identityOf, requirePermission } from '../common/authentication.ts'
import { Problem } from '../common/problems.ts'
import { recordAudit } from '../database/audit.ts'
import { findTasks, listTasks, submitTask } from '../database/tasks.ts'
import type { ApiContext } from './context.ts'
import { newTask, task, taskAddress, taskPage, taskQuery } from './schemas.ts'

/** Tasks: submit, list by pages, look at one. */
export function taskRoutes({ database, tokens }: ApiContext): FastifyPluginCallbackZod {
  return (app, _options, done) => {
    const readers = requirePermission(tokens, 'read_only')

    app.get(
      '/tasks',
      { onRequest: readers, schema: { querystring: taskQuery, response: { 200: taskPage } } },
      async (request) => {
        const tasks = await listTasks(database, request.query)
        const isFull = tasks.length === request.query.limit
        return { tasks, next: isFull ? (tasks.at(-1)?.id ?? null) : null }
      },
    )

    app.get(
      '/tasks/:id',
      { onRequest: readers, schema: { params: taskAddress, response: { 200: task } } },
      async (request) => {
        const [found] = await findTasks(database, [request.params.id])
        if (found === undefined) throw new Problem(404, 'no-such-task', 'There is no task with this id.')
        return found
      },
    )

    app.post(
      '/tasks',
      { onRequest: requirePermission(tokens, 'operator'), schema: { body: newTask, response: { 202: task } } },
      async (request, reply) => {
        const { userId, name: actor } = identityOf(request)
        const created = await submitTask(database, { ...request.body, submittedBy: userId })
        const details = { taskId: created.id, title: created.title }
        await recordAudit(database, { event: 'task.submitted', actor, address: request.ip, details })
        return reply.status(202).header('location', `/api/tasks/${created.id}`).send(created)
      },
    )
    done()
  }
}
