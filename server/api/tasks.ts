import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Problem } from '../common/problems.ts'
import { callsOfTask } from '../database/costs.ts'
import { listNotes } from '../database/notes.ts'
import { modelTiers, taskStates } from '../database/tables.ts'
import { findTasks, listTasks, submitOnce, type AnyDatabase, type Task } from '../database/tasks.ts'
import { cancelTask, retryTask } from '../database/taskTransitions.ts'
import { read, write, type Route } from './route.ts'
import { line, paragraph } from '../common/texts.ts'

const moment = z.iso.datetime({ offset: true })
const key = line(200)

const newTask = z.object({
  title: line(200),
  input: paragraph(20_000),
  modelTier: z.enum(modelTiers).default('SONNET'),
  priority: z.number().int().min(-100).max(100).default(0).describe('Higher is sooner.'),
  maxAttempts: z.number().int().min(1).max(20).default(5),
  timeoutSeconds: z.number().int().min(1).max(86_400).default(300).describe('Of one attempt.'),
  deadline: moment.optional().describe('Not started after this moment, and stopped when it passes.'),
  budget: z.number().min(0).max(100_000).optional().describe('US dollars for all attempts together.'),
  idempotencyKey: key
    .optional()
    .describe('The same key gives the same task. The header Idempotency-Key means the same.'),
})

const task = z.object({
  id: z.uuid(),
  title: z.string(),
  input: z.string(),
  modelTier: z.enum(modelTiers),
  priority: z.number(),
  state: z.enum(taskStates),
  tenant: z.string(),
  agent: z.string().nullable(),
  parentId: z.uuid().nullable(),
  result: z.object({ model: z.string(), text: z.string() }).nullable(),
  errorCode: z.string().nullable(),
  error: z.string().nullable(),
  attempts: z.number().int(),
  maxAttempts: z.number().int(),
  timeoutSeconds: z.number().int(),
  deadline: z.string().nullable(),
  budget: z.number().nullable(),
  cost: z.number().describe('US dollars.'),
  isCancelRequested: z.boolean(),
  submittedBy: z.uuid().nullable(),
  createdAt: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
})

const address = z.object({ id: z.uuid() })
const tag = 'tasks'

/** Requests that found the task which their key had made before: nothing was changed, so nothing is audited. */
const repeated = new WeakSet<FastifyRequest>()

function keyOf(request: FastifyRequest, ofBody: string | undefined): string | undefined {
  const header = request.headers['idempotency-key']
  if (ofBody !== undefined || header === undefined) return ofBody
  const parsed = key.safeParse(header)
  if (!parsed.success) {
    throw new Problem(400, 'invalid-request', 'The header Idempotency-Key must be one line of at most 200 characters.')
  }
  return parsed.data
}

async function findOrRefuse(database: AnyDatabase, id: string): Promise<Task> {
  const [found] = await findTasks(database, [id])
  if (found === undefined) throw new Problem(404, 'no-such-task', 'There is no task with this id.')
  return found
}

/** Tasks: submit, look at, cancel, retry. */
export const taskRoutes: readonly Route[] = [
  read({
    url: '/tasks',
    id: 'listTasks',
    tag,
    summary: 'Tasks, newest first, by pages',
    permission: 'read_only',
    query: z.object({
      state: z.enum(taskStates).optional(),
      modelTier: z.enum(modelTiers).optional(),
      tenant: line(63).optional(),
      submittedBy: z.uuid().optional(),
      agent: line(63).optional(),
      parentId: z.uuid().optional(),
      before: z.uuid().optional().describe('The `next` of the page before.'),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    response: z.object({ tasks: z.array(task), next: z.uuid().nullable() }),
    handle: async ({ database, query }) => {
      const tasks = await listTasks(database, query)
      return { tasks, next: tasks.length === query.limit ? (tasks.at(-1)?.id ?? null) : null }
    },
  }),
  read({
    url: '/tasks/:id',
    id: 'getTask',
    tag,
    summary: 'One task',
    permission: 'read_only',
    params: address,
    response: task,
    handle: ({ database, params }) => findOrRefuse(database, params.id),
  }),
  read({
    url: '/tasks/:id/notes',
    id: 'listNotes',
    tag,
    summary: 'What agents noted while they worked on a task; it appears with the end of the task',
    permission: 'read_only',
    params: address,
    response: z.object({ notes: z.array(z.object({ id: z.string(), content: z.string(), createdAt: z.string() })) }),
    handle: async ({ database, params }) => {
      await findOrRefuse(database, params.id)
      return { notes: await listNotes(database, params.id) }
    },
  }),
  read({
    url: '/tasks/:id/costs',
    id: 'listTaskCosts',
    tag,
    summary: 'Every call of a model that a task has paid for',
    permission: 'read_only',
    params: address,
    response: z.object({
      calls: z.array(
        z.object({
          model: z.string(),
          attempt: z.number().int(),
          call: z.number().int(),
          inputTokens: z.number().int(),
          outputTokens: z.number().int(),
          milliseconds: z.number().int(),
          cost: z.number(),
          recordedAt: z.string(),
        }),
      ),
    }),
    handle: async ({ database, params }) => {
      await findOrRefuse(database, params.id)
      return { calls: await callsOfTask(database, params.id) }
    },
  }),
  write({
    method: 'POST',
    url: '/tasks',
    id: 'submitTask',
    tag,
    summary: 'Submit a task; with an idempotency key, as often as you like',
    permission: 'operator',
    status: 202,
    body: newTask,
    response: task,
    audit: {
      event: 'task.submitted',
      details: ({ request }, { id, title }) => (repeated.has(request) ? undefined : { taskId: id, title }),
    },
    handle: async ({ body, identity, request, reply, transaction }) => {
      if (body.deadline !== undefined && Date.parse(body.deadline) <= Date.now()) {
        throw new Problem(400, 'deadline-passed', 'The deadline is in the past: the task could never be started.')
      }
      const idempotencyKey = keyOf(request, body.idempotencyKey)
      const asked = { ...body, idempotencyKey, submittedBy: identity.userId }
      const { task: submitted, isNew } = await submitOnce(transaction, asked)
      if (!isNew) repeated.add(request)
      reply.header('location', `/api/tasks/${submitted.id}`)
      return submitted
    },
  }),
  write({
    method: 'POST',
    url: '/tasks/:id/cancel',
    id: 'cancelTask',
    tag,
    summary: 'Cancel a task: at once while it waits, within a heartbeat while it runs',
    permission: 'operator',
    params: address,
    response: task,
    audit: { event: 'task.cancelled', details: ({ params }, { state }) => ({ taskId: params.id, state }) },
    handle: ({ params, transaction }) => cancelTask(transaction, params.id),
  }),
  write({
    method: 'POST',
    url: '/tasks/:id/retry',
    id: 'retryTask',
    tag,
    summary: 'Queue a task again that failed, died or was cancelled',
    permission: 'operator',
    params: address,
    response: task,
    audit: { event: 'task.retried', details: ({ params }) => ({ taskId: params.id }) },
    handle: ({ params, transaction }) => retryTask(transaction, params.id),
  }),
]
