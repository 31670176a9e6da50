import { spawn, type ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { rmSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '#shared/testing/freePort.ts'
import { randomFrom } from '#shared/testing/random.ts'
import { soaked, soakTimeout } from '#shared/testing/soak.ts'
import { modelTiers } from '../database/tables.ts'
import { serviceEnvironment } from '../testing/environment.ts'
import { bundleSuite } from '../testing/suiteBundle.ts'
import { until } from '../testing/until.ts'
import {
  endpointEnvironment,
  startModelEndpoint,
  usage,
  type ChatRequest,
  type ModelEndpoint,
} from './testing/modelEndpoint.ts'
import { startSwarm, type Swarm } from './testing/swarm.ts'

const kills = soaked(12, 50)
/** Killed again and again; another one is left alone, as there would be one in a cluster that is worth the name. */
const killedAtOnce = 3
let suite: Awaited<ReturnType<typeof bundleSuite>>
let swarm: Swarm
let endpoint: ModelEndpoint
let environment: Record<string, string>
const replicas: ChildProcess[] = []

beforeAll(async () => {
  ;[swarm, endpoint, suite] = await Promise.all([startSwarm(), startModelEndpoint(), bundleSuite('kill-test')])
  environment = {
    ...serviceEnvironment(swarm.database, { TASK_LEASE_SECONDS: '2', RETRY_MILLISECONDS: '50' }),
    ...endpointEnvironment(endpoint),
  }
})
afterAll(async () => {
  for (const child of replicas) child.kill('SIGKILL')
  await endpoint?.close()
  await swarm?.stop()
  if (suite !== undefined) rmSync(suite.folder, { recursive: true, force: true })
})

/** A replica, once it has ended its first task. */
async function startReplica(): Promise<ChildProcess> {
  const PORT = String(await freePort())
  const child = spawn(process.execPath, [suite.program, 'agents'], {
    env: { ...environment, PORT },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  replicas.push(child)
  let written = ''
  const works = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        written = (written + chunk.toString()).slice(-10_000)
        if (written.includes('"task ended"')) resolve()
      })
    }
    child.once('exit', () => reject(new Error(`A replica ended before it worked:\n${written}`)))
  })
  await works
  return child
}

/** The model notes something, lets every third task spawn another, and then answers. */
function answer({ messages }: ChatRequest) {
  const [title = ''] = messages.find(({ role }) => role === 'user')?.content.split('\n') ?? []
  if (messages.some(({ role }) => role === 'tool')) return { text: `Answer to ${title}` }
  const note = { tool: 'write_note', arguments: { content: `Note on ${title}` } }
  const child = { tool: 'spawn_task', arguments: { title: `Child of ${title}`, input: 'Words.' } }
  return { calls: title.startsWith('Parent') ? [note, child] : [note] }
}

it(
  `loses no task and doubles nothing while replicas are killed in ${kills} random moments`,
  { timeout: soakTimeout },
  async () => {
    const seed = Number(process.env.KILL_TEST_SEED ?? randomInt(2 ** 31))
    console.log(`The moments follow from KILL_TEST_SEED=${seed}`)
    const random = randomFrom(seed)
    const { pool } = swarm.database.connection
    const count = async (condition: string) => {
      const { rows } = await pool.query<{ tasks: string }>(
        `SELECT count(*) AS tasks FROM archon_tasks WHERE ${condition}`,
      )
      return Number(rows[0]?.tasks)
    }
    endpoint.answer = async (request) => {
      await pause(20 + random() * 80)
      return answer(request)
    }

    const submitted: string[] = []
    let isFeeding = true
    const waitingJobs = async () => {
      const { rows } = await pool.query<{ jobs: string }>(
        'SELECT count(*) AS jobs FROM graphile_worker.jobs WHERE locked_at IS NULL',
      )
      return Number(rows[0]?.jobs)
    }
    const feed = async () => {
      while (isFeeding) {
        if ((await waitingJobs()) < 40) {
          const tier = () => modelTiers[Math.floor(random() * modelTiers.length)] ?? 'HAIKU'
          const titles = Array.from(
            { length: 20 },
            (_, turn) => `${turn % 3 === 0 ? 'Parent' : 'Task'} ${submitted.length + turn}`,
          )
          const tasks = titles.map((title) => swarm.submit({ title, modelTier: tier(), maxAttempts: 20 }))
          submitted.push(...(await Promise.all(tasks)))
        }
        await pause(100)
      }
    }
    const feeding = feed()

    let killed = 0
    const killAgainAndAgain = async () => {
      while (killed < kills) {
        const child = await startReplica()
        await pause(random() * 400)
        if (killed < kills) {
          killed += 1
          child.removeAllListeners('exit')
          child.kill('SIGKILL')
        }
      }
    }
    await startReplica()
    await Promise.all(Array.from({ length: killedAtOnce }, killAgainAndAgain))
    isFeeding = false
    await feeding
    // By the one that was left alone.
    await until(
      () => count(`state IN ('queued', 'running')`),
      (open) => open === 0,
      soakTimeout,
    )

    const { rows: tasks } = await pool.query<
      Record<'title' | 'state' | 'text' | 'parent_id' | 'cost' | 'error', string> & { runs: number }
    >(`SELECT title, state, result->>'text' AS text, parent_id, cost, runs, error FROM archon_tasks`)
    expect(tasks.filter(({ state }) => state !== 'completed')).toEqual([])
    expect(tasks.filter(({ title, text }) => text !== `Answer to ${title}`)).toEqual([])
    const parents = tasks.filter(({ title }) => title.startsWith('Parent'))
    const children = tasks.filter(({ parent_id }) => parent_id !== null).map(({ title }) => title)
    expect(children.sort()).toEqual(parents.map(({ title }) => `Child of ${title}`).sort())
    expect(tasks).toHaveLength(submitted.length + parents.length)

    const { rows: notes } = await pool.query<{ content: string }>('SELECT content FROM archon_notes')
    expect(notes.map(({ content }) => content).sort()).toEqual(tasks.map(({ title }) => `Note on ${title}`).sort())

    // Every run paid for at most two calls, in their order, and the last one for both; the sums are those of the tasks.
    const { rows: runs } = await pool.query<{ calls: number[]; is_last: boolean }>(
      `SELECT array_agg(call ORDER BY call) AS calls, attempt = task.runs AS is_last FROM archon_cost_tracking AS paid
       JOIN archon_tasks AS task ON task.id = task_id GROUP BY task_id, attempt, task.runs`,
    )
    expect(
      runs.filter(({ calls, is_last }) => !(String(calls) === '1,2' || (!is_last && String(calls) === '1'))),
    ).toEqual([])
    expect(runs.filter(({ is_last }) => is_last)).toHaveLength(tasks.length)
    const { rows: sums } = await pool.query<Record<'of_tasks' | 'of_calls' | 'tokens', string>>(
      `SELECT (SELECT sum(cost) FROM archon_tasks) AS of_tasks, sum(cost) AS of_calls, sum(input_tokens) AS tokens FROM archon_cost_tracking`,
    )
    expect(sums[0]?.of_tasks).toBe(sums[0]?.of_calls)
    expect(Number(sums[0]?.tokens)).toBe(runs.reduce((sum, { calls }) => sum + calls.length, 0) * usage.prompt_tokens)

    const { rows: records } = await pool.query<Record<'completed' | 'failed', string>>(
      'SELECT sum(tasks_completed) AS completed, sum(tasks_failed) AS failed FROM archon_agents_v3',
    )
    expect(records[0]).toEqual({ completed: String(tasks.length), failed: '0' })

    // The kills hit work, or the test would show nothing.
    const interrupted = tasks.filter(({ runs: times }) => times > 1).length
    console.log(`${tasks.length} tasks, ${interrupted} of them interrupted`)
    expect(interrupted).toBeGreaterThan(kills / 2)
  },
)
