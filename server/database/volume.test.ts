import { afterAll, beforeAll, expect, it } from 'vitest'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { taskStates } from './tables.ts'
import { addVolume } from './volume.ts'

let database: SuiteDatabase
beforeAll(async () => {
  database = await startSuiteDatabase()
})
afterAll(() => database?.stop())

async function read<Row extends object>(statement: string): Promise<Row[]> {
  return (await database.connection.pool.query<Row>(statement)).rows
}
const digest = () =>
  read("SELECT md5(string_agg(id || title || state || model_tier || cost, ',' ORDER BY id)) FROM archon_tasks")

it('tasks in all states with their calls, ratings, jobs and sums; the same seed adds nothing, another adds more', async () => {
  const { tables } = database.connection
  const first = await addVolume(tables, { tasks: 5_000, seed: 1 })
  expect(first).toMatchObject({ tasks: 5_000, agents: 24, documents: 50 })
  expect(first.calls).toBeGreaterThan(first.tasks)
  expect(first.ratings).toBeGreaterThan(300)
  const states = await read<{ state: string }>('SELECT state FROM archon_tasks GROUP BY state')
  expect(states.map(({ state }) => state).sort()).toEqual([...taskStates].sort())
  expect(
    await read(`
    SELECT count(*) FILTER (WHERE cost <> (SELECT coalesce(sum(call.cost), 0) FROM archon_cost_tracking AS call WHERE task_id = task.id)) AS wrong,
      count(*) FILTER (WHERE started_at < created_at OR finished_at < started_at OR finished_at > now()) AS disordered,
      count(*) FILTER (WHERE state = 'queued') - (SELECT count(*) FROM graphile_worker.jobs WHERE key LIKE 'task:%') AS unqueued
    FROM archon_tasks AS task`),
  ).toEqual([{ wrong: '0', disordered: '0', unqueued: '0' }])
  const [agents] = await read<{ completed: string; sum: string }>(`
    SELECT (SELECT count(*) FROM archon_tasks WHERE state = 'completed') AS completed, sum(tasks_completed) FROM archon_agents_v3`)
  expect(agents?.sum).toBe(agents?.completed)
  const before = await digest()
  expect(await addVolume(tables, { tasks: 5_000, seed: 1 })).toMatchObject({
    tasks: 0,
    calls: 0,
    ratings: 0,
    documents: 0,
  })
  expect(await digest()).toEqual(before)
  expect(await addVolume(tables, { tasks: 1_000, seed: 2 })).toMatchObject({ tasks: 1_000, documents: 10 })
})

it('changes made afterwards are announced again', async () => {
  const { pool } = database.connection
  const [before] = await read<{ last: string | null }>('SELECT max(id) AS last FROM archon_events')
  await pool.query("UPDATE archon_agents_v3 SET state = 'paused' WHERE name = 'planner'")
  const events = await read(`SELECT kind FROM archon_events WHERE id > ${before?.last ?? 0}`)
  expect(events).toEqual([{ kind: 'agent' }])
})
