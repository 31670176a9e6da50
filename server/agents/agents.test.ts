import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { listAgents, moveAgent } from '../database/agents.ts'
import { callsOfTask } from '../database/costs.ts'
import { claimTasks } from '../database/taskExecution.ts'
import { findTasks } from '../database/tasks.ts'
import { cancelTask, retryTask } from '../database/taskTransitions.ts'
import { until } from '../testing/until.ts'
import { startSwarm, type Swarm } from './testing/swarm.ts'

let swarm: Swarm

beforeAll(async () => {
  swarm = await startSwarm()
})
afterEach(() => swarm.stopReplicas())
afterAll(() => swarm?.stop())

const tables = () => swarm.database.connection.tables
const query = (text: string, values: readonly unknown[] = []) =>
  swarm.database.connection.pool.query<Record<string, unknown>>(text, [...values])
const agentNamed = async (name: string | null) => {
  const found = (await listAgents(tables())).find((agent) => agent.name === name)
  if (found === undefined) throw new Error(`There is no agent ${name ?? ''}.`)
  return found
}

describe('the agents service', () => {
  it('finishes a task, names the offline model, and writes the cost and the record of the agent', async () => {
    const { app } = await swarm.start()
    const task = await swarm.end(await swarm.submit({ input: 'Where do costs come from, and where do costs go?' }))
    expect(task).toMatchObject({ state: 'completed', attempts: 1, result: { model: 'offline-deterministic' } })
    expect(task.result?.text).toContain('costs')
    const calls = await callsOfTask(tables(), task.id)
    expect(calls).toMatchObject([{ attempt: 1, call: 1, model: 'offline-deterministic' }])
    expect(task.cost).toBeGreaterThan(0)
    expect(task.cost).toBe(calls[0]?.cost)
    const agent = await until(
      () => agentNamed(task.agent),
      ({ state }) => state === 'idle',
    )
    expect(agent).toMatchObject({ successRate: 1, modelTier: 'SONNET', tasksCompleted: 1 })
    const { body } = await app.inject({ url: '/metrics' })
    expect(body).toMatch(/tasks_completed_total\{[^}]*state="completed"[^}]*\} 1/)
    expect(body).toMatch(/cost_per_task_dollars_count\{[^}]*tier="SONNET"[^}]*\} 1/)
    expect(body).toMatch(/task_queue_depth\{[^}]*tier="OPUS",state="queued"[^}]*\} 0/)
    expect(body).toMatch(/agent_pool_size\{[^}]*tier="OPUS"[^}]*\} 2/)
    expect(body).toContain('agent_success_rate{agent="analyst"')
  })

  it('fails a task without words, which lowers the success rate', async () => {
    await swarm.start()
    const task = await swarm.end(await swarm.submit({ input: '???', modelTier: 'OPUS' }))
    const error = 'The input holds no words to work on.'
    expect(task).toMatchObject({ state: 'failed', errorCode: 'model-refused', error, result: null })
    expect((await agentNamed(task.agent)).successRate).toBe(0)
  })

  it('shares many tasks between replicas, each finished once', async () => {
    const ids = await Promise.all(
      Array.from({ length: 40 }, (_, turn) => swarm.submit({ input: `Task number ${turn}`, modelTier: 'HAIKU' })),
    )
    const before = (await listAgents(tables())).reduce((sum, { tasksCompleted }) => sum + tasksCompleted, 0)
    await Promise.all([swarm.start(), swarm.start()])
    const tasks = await until(
      () => findTasks(tables(), ids),
      (all) => all.every(({ state }) => state === 'completed'),
    )
    for (const { id } of tasks) expect(await callsOfTask(tables(), id)).toHaveLength(1)
    const after = (await listAgents(tables())).reduce((sum, { tasksCompleted }) => sum + tasksCompleted, 0)
    expect(after - before).toBe(40)
    expect(new Set(tasks.map(({ agent }) => agent))).toEqual(new Set(['archivist', 'courier']))
  })

  it('takes waiting tasks by priority, and keeps each tier to its own pool', async () => {
    const inputs = [0, 5, -5]
    const ids = await Promise.all(inputs.map((priority) => swarm.submit({ priority, modelTier: 'HAIKU' })))
    const great = await swarm.submit({ modelTier: 'OPUS' })
    await swarm.start({ HAIKU_CONCURRENCY: '1', OPUS_CONCURRENCY: '0' })
    const tasks = await Promise.all(ids.map((id) => swarm.end(id)))
    const started = tasks
      .sort((a, b) => Date.parse(a.startedAt ?? '') - Date.parse(b.startedAt ?? ''))
      .map(({ priority }) => priority)
    expect(started).toEqual([5, 0, -5])
    expect((await swarm.read(great)).state).toBe('queued')
    await swarm.start()
    expect((await swarm.end(great)).state).toBe('completed')
  })

  it('is ready only while it works on the queue, and comes back by itself after PostgreSQL restarted under load', async () => {
    const { app } = await swarm.start({ OFFLINE_MODEL_MILLISECONDS: '300' })
    const ready = async () => (await app.inject({ url: '/ready' })).statusCode
    await until(ready, (status) => status === 200)
    const ids = await Promise.all(Array.from({ length: 24 }, () => swarm.submit()))
    await until(
      () => findTasks(tables(), ids),
      (tasks) => tasks.some(({ state }) => state === 'running'),
    )
    await swarm.database.postgres.restart(async () => {
      expect(await ready()).toBe(503)
    })
    const tasks = await until(
      () => findTasks(tables(), ids).catch(() => []),
      (all) => all.length === ids.length && all.every(({ state }) => state === 'completed'),
    )
    for (const task of tasks) {
      const calls = await callsOfTask(tables(), task.id)
      expect(calls.reduce((sum, { cost }) => sum + cost, 0)).toBeCloseTo(task.cost, 8)
    }
    await until(ready, (status) => status === 200)
  })
})

describe('the life of an agent', () => {
  it('ends in sleep without tasks, and it wakes with the next one', async () => {
    await swarm.start({ HIBERNATE_AFTER_SECONDS: '1' })
    const states = async () => new Set((await listAgents(tables())).map(({ state }) => state))
    await until(states, (seen) => seen.size === 1 && seen.has('hibernated'))
    const id = await swarm.submit()
    expect((await swarm.end(id)).state).toBe('completed')
    expect((await agentNamed((await swarm.read(id)).agent)).state).not.toBe('hibernated')
  })

  it('leaves tasks queued while all agents of the tier are paused, until one is resumed', async () => {
    const planners = (await listAgents(tables())).filter(({ modelTier }) => modelTier === 'OPUS')
    for (const { id } of planners) await moveAgent(tables(), id, 'pause')
    await swarm.start()
    const [waiting, other] = [await swarm.submit({ modelTier: 'OPUS' }), await swarm.submit({ modelTier: 'HAIKU' })]
    await swarm.end(other)
    // Longer than the lease: a job that waits for an agent must not be taken for lost, or the other way round.
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(await swarm.read(waiting)).toMatchObject({ state: 'queued', attempts: 0 })
    await moveAgent(tables(), planners[0]?.id ?? '', 'resume')
    expect(await swarm.end(waiting)).toMatchObject({ state: 'completed', agent: planners[0]?.name })
    await moveAgent(tables(), planners[1]?.id ?? '', 'resume')
  })
})

describe('a running task', () => {
  it('stops within a heartbeat when it is cancelled, and can be retried with a fresh set of attempts', async () => {
    await swarm.start({ OFFLINE_MODEL_MILLISECONDS: '60000' })
    const id = await swarm.submit()
    await until(
      () => swarm.read(id),
      ({ state }) => state === 'running',
    )
    expect(await cancelTask(tables(), id)).toMatchObject({ state: 'running', isCancelRequested: true })
    expect(await swarm.end(id)).toMatchObject({ state: 'cancelled', errorCode: 'cancelled' })
    await swarm.stopReplicas()
    expect(await retryTask(tables(), id)).toMatchObject({ state: 'queued', attempts: 0, isCancelRequested: false })
    await swarm.start()
    expect(await swarm.end(id)).toMatchObject({ state: 'completed', attempts: 1, error: null })
    expect(await callsOfTask(tables(), id)).toMatchObject([{ attempt: 2, call: 1 }])
  })

  it('is tried again when an attempt takes too long, and is dead after its last', async () => {
    await swarm.start({ OFFLINE_MODEL_MILLISECONDS: '60000' })
    const id = await swarm.submit({ timeoutSeconds: 1, maxAttempts: 2 })
    const task = await swarm.end(id)
    expect(task).toMatchObject({ state: 'dead', errorCode: 'timed-out', attempts: 2 })
    expect(task.error).toContain('attempt 2 of 2')
  })

  it('fails when its deadline passes, and one that passed before is never started', async () => {
    await swarm.start({ OFFLINE_MODEL_MILLISECONDS: '60000' })
    const soon = await swarm.submit({ deadline: new Date(Date.now() + 1_500).toISOString() })
    const late = await swarm.submit({ deadline: new Date(Date.now() - 1_000).toISOString() })
    expect(await swarm.end(soon)).toMatchObject({ state: 'failed', errorCode: 'deadline-exceeded', attempts: 1 })
    expect(await swarm.end(late)).toMatchObject({ state: 'failed', errorCode: 'deadline-exceeded', attempts: 0 })
  })

  it('whose execution lost its lease to another is ended by that one alone, and each pays for its own calls', async () => {
    const { log } = await swarm.start({ OFFLINE_MODEL_MILLISECONDS: '3000', TASK_LEASE_SECONDS: '30' })
    const id = await swarm.submit({ modelTier: 'HAIKU' })
    await until(
      () => swarm.read(id),
      ({ state }) => state === 'running',
    )
    await query(`UPDATE archon_tasks SET lease_until = now() - interval '1s' WHERE id = $1`, [id])
    const [stolen] = await claimTasks(tables(), { tier: 'HAIKU', ids: [id], leaseSeconds: 30 })
    expect(stolen).toMatchObject({ run: 2 })
    await until(
      () => callsOfTask(tables(), id),
      (calls) => calls.length > 0,
    )
    expect(await swarm.read(id)).toMatchObject({ state: 'running', result: null })
    expect(await callsOfTask(tables(), id)).toMatchObject([{ attempt: 1, call: 1 }])
    expect(log.text()).not.toContain('task ended')
    await query(`UPDATE archon_tasks SET lease_until = now() - interval '1s' WHERE id = $1`, [id])
    expect(await swarm.end(id)).toMatchObject({ state: 'completed', attempts: 3 })
  })

  it('of a worker that died is found, also when the queue still holds its job, and finished by another', async () => {
    const id = await swarm.submit()
    await claimTasks(tables(), { tier: 'SONNET', ids: [id], leaseSeconds: 1 })
    const lock = `UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'dead' WHERE key = $1`
    await query(lock, [`task:${id}`])
    await swarm.start()
    expect(await swarm.end(id)).toMatchObject({ state: 'completed', attempts: 2 })
  })

  it('of workers that died at every attempt becomes a dead letter', async () => {
    const id = await swarm.submit({ maxAttempts: 1 })
    await claimTasks(tables(), { tier: 'SONNET', ids: [id], leaseSeconds: 1 })
    await swarm.start()
    expect(await swarm.end(id)).toMatchObject({ state: 'dead', errorCode: 'worker-lost' })
  })

  it('that waits is started although its job is locked by a dead worker or gone', async () => {
    const [locked, gone] = [await swarm.submit(), await swarm.submit()]
    const lock = `UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'dead' WHERE key = $1`
    await query(lock, [`task:${locked}`])
    await query('DELETE FROM graphile_worker._private_jobs WHERE key = $1', [`task:${gone}`])
    await swarm.start()
    expect((await swarm.end(locked)).state).toBe('completed')
    expect((await swarm.end(gone)).state).toBe('completed')
  })
})
