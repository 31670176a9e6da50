import { setTimeout as pause } from 'node:timers/promises'
import { Logger, run } from 'graphile-worker'
import { sql } from 'kysely'
import { buildAgents } from '../../server/agents/app.ts'
import { readAgentsConfiguration } from '../../server/agents/configuration.ts'
import { openDatabase } from '../../server/database/connection.ts'
import { serviceEnvironment } from '../../server/testing/environment.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../../server/testing/suiteDatabase.ts'
import { compare, type Ratio } from './ratio.ts'

/** Tasks of one run, and how many are worked on at the same time on either side. */
const tasks = 2_000
const concurrency = 32
/** Connections of either side. */
const poolSize = 10

/** Milliseconds until the count is reached. */
async function until(begin: number, count: () => Promise<number>, expected: number): Promise<number> {
  while ((await count()) < expected) await pause(10)
  return performance.now() - begin
}

async function counted(database: SuiteDatabase, text: string): Promise<number> {
  const { rows } = await database.connection.pool.query<{ count: string }>(text)
  return Number(rows[0]?.count)
}

/** The library bare, as its documentation starts it: jobs that do nothing but note that they were done. */
async function bareJobs(database: SuiteDatabase): Promise<number> {
  const bare = openDatabase(
    { ...database.settings, DATABASE_POOL_SIZE: poolSize },
    { service: 'bare', onConnectionLost: () => undefined },
  )
  const { pool } = bare
  await pool.query(
    `SELECT count(graphile_worker.add_job('bare', json_build_object('number', number))) FROM generate_series(1, $1::int) AS number`,
    [tasks],
  )
  const done = new Set<number>()
  const begin = performance.now()
  const runner = await run({
    pgPool: pool,
    concurrency,
    noHandleSignals: true,
    // Its lines would cost it more than its jobs.
    logger: new Logger(() => () => undefined),
    taskList: {
      bare: (payload) => {
        done.add((payload as { readonly number: number }).number)
      },
    },
  })
  const open = `SELECT count(*) FROM graphile_worker.jobs WHERE task_identifier = 'bare'`
  const milliseconds = await until(begin, async () => tasks - (await counted(database, open)), tasks)
  await runner.stop()
  await bare.close()
  if (done.size !== tasks) throw new Error(`The bare library did ${done.size} of ${tasks} jobs.`)
  return (tasks / milliseconds) * 1_000
}

/** The suite's own queue: claimed, run through the tool loop, paid for, finished, and recorded with its agent. */
async function suiteTasks(database: SuiteDatabase): Promise<number> {
  const { tables, pool } = database.connection
  await sql`TRUNCATE archon_tasks, archon_cost_tracking, archon_notes, archon_feedback, archon_events`.execute(tables)
  await pool.query(
    `WITH created AS (
       INSERT INTO archon_tasks (title, input, model_tier)
       SELECT 'Task ' || number, 'Some words to work on.', 'HAIKU' FROM generate_series(1, $1::int) AS number RETURNING id)
     SELECT count(graphile_worker.add_job('run_haiku_task', json_build_object('taskId', id), job_key => 'task:' || id)) FROM created`,
    [tasks],
  )
  const environment = serviceEnvironment(database, {
    LOG_LEVEL: 'error',
    OFFLINE_MODEL_MILLISECONDS: '0',
    HAIKU_CONCURRENCY: String(concurrency),
    SONNET_CONCURRENCY: '0',
    OPUS_CONCURRENCY: '0',
    DATABASE_POOL_SIZE: String(poolSize),
  })
  const app = buildAgents(readAgentsConfiguration(environment))
  const begin = performance.now()
  await app.ready()
  const completed = `SELECT count(*) FROM archon_tasks WHERE state = 'completed'`
  const milliseconds = await until(begin, () => counted(database, completed), tasks)
  await app.close()
  const right = await counted(
    database,
    `SELECT count(*) FROM archon_tasks AS task JOIN archon_cost_tracking AS paid ON paid.task_id = task.id
     WHERE result->>'text' LIKE '"' || title || '" holds 5 words.%' AND paid.cost = task.cost`,
  )
  if (right !== tasks) throw new Error(`${right} of ${tasks} tasks have their result and their cost.`)
  return (tasks / milliseconds) * 1_000
}

/** P17, first half: tasks of the suite against jobs of the bare library, which does none of what makes a task. */
export async function benchQueue(): Promise<Ratio> {
  const database = await startSuiteDatabase()
  try {
    return await compare(
      {
        id: 'P17',
        measure: 'tasks of the queue against jobs of bare graphile-worker',
        unit: '1/s',
        goal: '>= 0.5x',
        note: `${tasks} tasks, ${concurrency} at a time on either side, offline model without a pause`,
      },
      () => suiteTasks(database),
      () => bareJobs(database),
    )
  } finally {
    await database.stop()
  }
}
