import type { FastifyInstance } from 'fastify'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { listAgents } from '../database/agents.ts'
import { findTasks, submitTask, type Task } from '../database/tasks.ts'
import type { ModelTier } from '../database/tables.ts'
import { captureLog, serviceEnvironment } from '../testing/environment.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { until } from '../testing/until.ts'
import { buildAgents } from './app.ts'
import { readAgentsConfiguration } from './configuration.ts'
import { executeTask, NoAgentAvailable } from './execution.ts'
import { createOfflineModel, type Model } from './offlineModel.ts'
import { recoverTasks } from './recovery.ts'

let database: SuiteDatabase
const running: FastifyInstance[] = []

beforeAll(async () => {
  database = await startSuiteDatabase()
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.close()))
})
afterAll(() => database.stop())

async function startReplica(more: Record<string, string> = {}): Promise<FastifyInstance> {
  const environment = serviceEnvironment(database, {
    OFFLINE_MODEL_MILLISECONDS: '20',
    TASK_LEASE_SECONDS: '2',
    ...more,
  })
  const app = buildAgents(readAgentsConfiguration(environment), { logStream: captureLog() })
  await app.ready()
  running.push(app)
  return app
}

async function submit(input: string, modelTier: ModelTier = 'SONNET'): Promise<string> {
  const { tables } = database.connection
  const user = await tables.selectFrom('archon_users').select('id').executeTakeFirstOrThrow()
  const task = await submitTask(tables, { title: 'Test', input, modelTier, priority: 0, submittedBy: user.id })
  return task.id
}

const read = async (id: string) => (await findTasks(database.connection.tables, [id]))[0]
const isOver = (task: Task | undefined) => task?.state === 'completed' || task?.state === 'failed'
const costRows = async (id: string) =>
  database.connection.tables.selectFrom('archon_cost_tracking').selectAll().where('task_id', '=', id).execute()

describe('the agents service', () => {
  it('finishes a task, names the offline model, and writes the cost and the record of the agent', async () => {
    const app = await startReplica()
    const id = await submit('Where do costs come from, and where do costs go?')
    const task = await until(() => read(id), isOver)
    expect(task).toMatchObject({ state: 'completed', attempts: 1, result: { model: 'offline-deterministic' } })
    expect(task?.result?.text).toContain('costs')
    const costs = await costRows(id)
    expect(costs).toHaveLength(1)
    expect(Number(costs[0]?.cost)).toBeGreaterThan(0)
    const agent = (await listAgents(database.connection.tables)).find(({ name }) => name === task?.agent)
    expect(agent).toMatchObject({ state: 'idle', successRate: 1, modelTier: 'SONNET' })
    const { body } = await app.inject({ url: '/metrics' })
    expect(body).toMatch(/tasks_completed_total\{[^}]*state="completed"[^}]*\} 1/)
    expect(body).toContain('agent_success_rate{agent="analyst"')
  })

  it('fails a task without words, which lowers the success rate', async () => {
    await startReplica()
    const id = await submit('???', 'OPUS')
    const task = await until(() => read(id), isOver)
    expect(task).toMatchObject({ state: 'failed', error: 'The input holds no words to work on.', result: null })
    const agent = (await listAgents(database.connection.tables)).find(({ name }) => name === task?.agent)
    expect(agent?.successRate).toBe(0)
  })

  it('shares many tasks between replicas, each finished once', async () => {
    const ids = await Promise.all(
      Array.from({ length: 40 }, (_, turn) => submit(`Task number ${turn} of many`, 'HAIKU')),
    )
    await Promise.all([startReplica(), startReplica()])
    await until(
      () => findTasks(database.connection.tables, ids),
      (tasks) => tasks.every(isOver),
    )
    for (const id of ids) expect(await costRows(id)).toHaveLength(1)
  })

  it('is ready only while it works on the queue, and comes back by itself after PostgreSQL restarted', async () => {
    const app = await startReplica()
    const ready = async () => (await app.inject({ url: '/ready' })).statusCode
    await until(ready, (status) => status === 200)
    await database.postgres.restart(async () => {
      expect(await ready()).toBe(503)
    })
    const id = await until(
      () => submit('Words after the restart').catch(() => undefined),
      (made) => made !== undefined,
    )
    const task = await until(() => read(id ?? ''), isOver)
    expect(task?.state).toBe('completed')
    await until(ready, (status) => status === 200)
  })
})

describe('an execution', () => {
  const options = (model: Model = createOfflineModel(0)) => ({
    database: database.connection.tables,
    model,
    leaseSeconds: 1,
  })

  it('that lost its lease to another writes nothing', async () => {
    const id = await submit('Words for two workers')
    const offline = createOfflineModel(0)
    let second: Awaited<ReturnType<typeof executeTask>>
    const slow: Model = {
      answer: async (title, input) => {
        // While this worker hangs, its lease ends and another one does the work.
        await database.connection.pool.query(
          `UPDATE archon_tasks SET lease_until = now() - interval '1s' WHERE id = $1`,
          [id],
        )
        second = await executeTask(options(), id)
        return offline.answer(title, input)
      },
    }
    expect(await executeTask(options(slow), id)).toBeUndefined()
    expect(second).toMatchObject({ state: 'completed' })
    expect(await costRows(id)).toHaveLength(1)
    expect((await read(id))?.attempts).toBe(2)
  })

  it('does nothing for a task that is finished', async () => {
    const id = await submit('Words for once')
    expect(await executeTask(options(), id)).toMatchObject({ state: 'completed' })
    expect(await executeTask(options(), id)).toBeUndefined()
  })

  it('leaves the task queued while no agent of the tier takes tasks', async () => {
    const { tables } = database.connection
    const setState = (state: 'paused' | 'idle') =>
      tables.updateTable('archon_agents_v3').set({ state }).where('model_tier', '=', 'OPUS').execute()
    await setState('paused')
    const id = await submit('Words that must wait', 'OPUS')
    await expect(executeTask(options(), id)).rejects.toThrow(NoAgentAvailable)
    expect((await read(id))?.state).toBe('queued')
    await setState('idle')
    expect(await executeTask(options(), id)).toMatchObject({ state: 'completed' })
  })

  it('abandoned by a worker that died is found, and the task finished by another', async () => {
    const id = await submit('Words of a dead worker')
    const dying: Model = { answer: () => Promise.reject(new Error('killed')) }
    await expect(executeTask(options(dying), id)).rejects.toThrow('killed')
    expect((await read(id))?.state).toBe('running')
    // The queue's own lock of the dead worker lasts hours: recovery must not depend on it.
    await database.connection.pool.query(
      `UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'dead' WHERE key = $1`,
      [`task:${id}`],
    )
    await until(
      () => recoverTasks(options()),
      (ids) => ids.includes(id),
    )
    await startReplica()
    expect(await until(() => read(id), isOver)).toMatchObject({ state: 'completed' })
    expect(await costRows(id)).toHaveLength(1)
  })
})

describe('the offline model', () => {
  it('gives the same answer to the same input every time', async () => {
    const [one, two] = [createOfflineModel(0), createOfflineModel(0)]
    expect(await one.answer('t', 'some words')).toEqual(await two.answer('t', 'some words'))
  })
})
