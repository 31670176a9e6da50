import type { FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { claimTasks, finishTasks } from '../database/taskExecution.ts'
import { captureLog, serviceEnvironment } from '../testing/environment.ts'
import { adminPassword, startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { buildApi } from './app.ts'
import { readApiConfiguration } from './configuration.ts'

let database: SuiteDatabase
let app: FastifyInstance
let authorization: string

interface Answered {
  readonly status: number
  readonly body: Record<string, unknown>
}

beforeAll(async () => {
  database = await startSuiteDatabase()
  app = buildApi(readApiConfiguration(serviceEnvironment(database)), { logStream: captureLog() })
  const { body } = await call('POST', '/api/auth/login', { name: 'admin', password: adminPassword })
  authorization = `Bearer ${String(body.token)}`
})
afterAll(async () => {
  await app?.close()
  await database?.stop()
})

async function call(
  method: 'GET' | 'POST' | 'PUT',
  url: string,
  payload?: object,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await app.inject({
    method,
    url,
    headers: { ...(authorization === undefined ? {} : { authorization }), ...headers },
    ...(payload === undefined ? {} : { payload }),
  })
  return { status: response.statusCode, body: response.json<Record<string, unknown>>() }
}

const words = { title: 'Words', input: 'Count these words.' }
const events = async (event: string) =>
  (await database.connection.pool.query('SELECT 1 FROM archon_audit WHERE event = $1', [event])).rowCount

describe('an idempotency key', () => {
  it('gives the same task for the same request, at once and later, and one entry in the audit', async () => {
    const before = (await events('task.submitted')) ?? 0
    const ask = () => call('POST', '/api/tasks', { ...words, idempotencyKey: 'monday', budget: 0.5 })
    const answers = [...(await Promise.all([ask(), ask(), ask()])), await ask()]
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202])
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    expect(await events('task.submitted')).toBe(before + 1)
    const jobs = await database.connection.pool.query('SELECT 1 FROM graphile_worker.jobs WHERE key = $1', [
      `task:${String(answers[0]?.body.id)}`,
    ])
    expect(jobs.rowCount).toBe(1)
  })

  it('is refused for another request, also when it came as a header', async () => {
    const header = { 'idempotency-key': 'tuesday' }
    const first = await call('POST', '/api/tasks', words, header)
    expect((await call('POST', '/api/tasks', words, header)).body.id).toBe(first.body.id)
    const other = await call('POST', '/api/tasks', { ...words, priority: 3 }, header)
    expect(other).toMatchObject({ status: 409, body: { code: 'idempotency-key-reused' } })
    expect((await call('POST', '/api/tasks', words, { 'idempotency-key': 'x'.repeat(201) })).status).toBe(400)
  })
})

describe('a task', () => {
  it('that waits is cancelled at once, its job is gone, and a retry queues it again', async () => {
    const id = String((await call('POST', '/api/tasks', words)).body.id)
    const cancelled = await call('POST', `/api/tasks/${id}/cancel`)
    expect(cancelled).toMatchObject({ status: 200, body: { state: 'cancelled', errorCode: 'cancelled' } })
    const jobs = () =>
      database.connection.pool.query('SELECT 1 FROM graphile_worker.jobs WHERE key = $1', [`task:${id}`])
    expect((await jobs()).rowCount).toBe(0)
    const again = await call('POST', `/api/tasks/${id}/cancel`)
    expect(again).toMatchObject({ status: 409, body: { code: 'transition-not-allowed' } })
    expect(again.body.detail).toContain('from cancelled to cancelled')
    const retried = await call('POST', `/api/tasks/${id}/retry`)
    expect(retried.body).toMatchObject({ state: 'queued', errorCode: null, attempts: 0 })
    expect((await jobs()).rowCount).toBe(1)
    expect((await call('POST', `/api/tasks/${randomUUID()}/retry`)).status).toBe(404)
  })

  it('is found by state, tier, agent and submitter, page by page', async () => {
    const me = String((await call('GET', '/api/me')).body.id)
    const id = String((await call('POST', '/api/tasks', { ...words, modelTier: 'OPUS' })).body.id)
    const { tables } = database.connection
    const [claimed] = await claimTasks(tables, { tier: 'OPUS', ids: [id], leaseSeconds: 30 })
    const find = async (query: string) => {
      const { body } = await call('GET', `/api/tasks?${query}`)
      return (body.tasks as { id: string }[]).map((task) => task.id)
    }
    expect(await find('state=running')).toEqual([id])
    expect(await find('modelTier=OPUS')).toEqual([id])
    expect(await find(`agent=${claimed?.agent ?? ''}`)).toEqual([id])
    expect(await find(`submittedBy=${me}&limit=200`)).toContain(id)
    expect(await find(`submittedBy=${randomUUID()}`)).toEqual([])
    expect(await find('tenant=nobody')).toEqual([])
  })

  it('with a deadline in the past is refused', async () => {
    const refused = await call('POST', '/api/tasks', { ...words, deadline: '2020-01-01T00:00:00Z' })
    expect(refused).toMatchObject({ status: 400, body: { code: 'deadline-passed' } })
  })
})

describe('an agent', () => {
  it('is paused, resumed and archived; what its state does not allow is refused with both states', async () => {
    const { body } = await call('POST', '/api/agents', { name: 'scout', modelTier: 'HAIKU', instructions: 'Be brief.' })
    const url = `/api/agents/${String(body.id)}`
    expect((await call('POST', `${url}/pause`)).body).toMatchObject({ state: 'paused' })
    const twice = await call('POST', `${url}/pause`)
    expect(twice).toMatchObject({ status: 409, body: { code: 'transition-not-allowed' } })
    expect(twice.body.detail).toContain('from paused to paused')
    expect((await call('POST', `${url}/resume`)).body).toMatchObject({ state: 'idle' })
    expect((await call('POST', `${url}/archive`)).body).toMatchObject({ state: 'archived' })
    expect((await call('POST', `${url}/resume`)).body.detail).toContain('from archived to idle')
    expect((await call('GET', url)).body).toMatchObject({ state: 'archived', instructions: 'Be brief.' })
    const { body: list } = await call('GET', '/api/agents')
    expect((list.agents as { name: string }[]).map(({ name }) => name)).not.toContain('scout')
  })
})

describe('money', () => {
  it('is summed by task, by tier and by day, and counted against the budget of the tenant', async () => {
    const { tables } = database.connection
    const id = String((await call('POST', '/api/tasks', { ...words, modelTier: 'HAIKU' })).body.id)
    const [claimed] = await claimTasks(tables, { tier: 'HAIKU', ids: [id], leaseSeconds: 30 })
    if (claimed === undefined) throw new Error('The task was not claimed.')
    const { agentId, tenant, tier, run: attempt, lease } = claimed
    const about = { taskId: id, agentId, tenant, tier, attempt, model: 'm', inputTokens: 10, outputTokens: 5 }
    const calls = [1, 2].map((turn) => ({ ...about, call: turn, milliseconds: 7, cost: 0.25 * turn }))
    const ending = { state: 'completed', result: { model: 'm', text: 'done' }, errorCode: null, error: null } as const
    await finishTasks(tables, [{ id, lease, ...ending, retrySeconds: 0, calls, cost: 0.75, notes: ['Seen.'] }])
    expect((await call('GET', `/api/tasks/${id}`)).body).toMatchObject({ state: 'completed', cost: 0.75 })
    const sum = { calls: 2, inputTokens: 20, outputTokens: 10, cost: 0.75 }
    expect((await call('GET', '/api/costs/tiers')).body).toEqual({ tiers: [{ tier: 'HAIKU', ...sum }] })
    const day = new Date().toISOString().slice(0, 10)
    expect((await call('GET', '/api/costs/days')).body).toEqual({ days: [{ day, ...sum }] })
    expect((await call('GET', '/api/costs/tasks')).body).toEqual({ tasks: [{ taskId: id, ...sum }] })
    expect((await call('GET', '/api/costs/tiers?tenant=other')).body).toEqual({ tiers: [] })
    expect((await call('GET', '/api/costs/tiers?to=2020-01-01T00:00:00Z')).body).toEqual({ tiers: [] })
    expect((await call('GET', `/api/tasks/${id}/costs`)).body.calls).toMatchObject([{ cost: 0.25 }, { cost: 0.5 }])
    expect((await call('GET', `/api/tasks/${id}/notes`)).body.notes).toMatchObject([{ content: 'Seen.' }])
    const changed = await call('PUT', '/api/tenants/default', { monthlyBudget: 10 })
    expect(changed.body).toEqual({ name: 'default', monthlyBudget: 10, spentThisMonth: 0.75 })
    expect((await call('GET', '/api/tenants')).body).toEqual({ tenants: [changed.body] })
    await call('PUT', '/api/tenants/default', { monthlyBudget: null })
  })
})

describe('a rating', () => {
  it('replaces the one before, and shows in the mean', async () => {
    const id = String((await call('POST', '/api/tasks', words)).body.id)
    await call('PUT', `/api/tasks/${id}/feedback`, { score: 1 })
    await call('PUT', `/api/tasks/${id}/feedback`, { score: 4, comment: 'Better.' })
    expect((await call('GET', '/api/feedback/summary')).body).toEqual({ ratings: 1, mean: 4 })
    expect((await app.inject({ url: '/metrics' })).body).toMatch(/^user_satisfaction\{[^}]*\} 4$/m)
    expect((await call('PUT', `/api/tasks/${randomUUID()}/feedback`, { score: 4 })).status).toBe(404)
  })
})
