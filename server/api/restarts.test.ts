import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startRedis, type TestRedis } from '#shared/testing/redis.ts'
import { startApi, type ApiFixture } from '../testing/apiFixture.ts'
import { until } from '../testing/until.ts'

let fixture: ApiFixture
let redis: TestRedis
let token: string
let url: string

beforeAll(async () => {
  redis = await startRedis()
  fixture = await startApi({ REDIS_URL: `redis://${redis.host}:${redis.port}`, REDIS_PASSWORD: redis.password })
  token = (await fixture.signIn()).token
  url = await fixture.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(async () => {
  await fixture?.stop()
  await redis?.stop()
})

interface Load {
  /** Statuses that came, and how often. */
  readonly statuses: Map<number, number>
  /** Ids of the tasks whose submission was answered with 202. */
  readonly accepted: string[]
  readonly stop: () => Promise<void>
}

const writers = 6
const readers = 4

/** Writers that submit tasks and readers that list agents and tasks, over real sockets, one request after the other. */
function startLoad(): Load {
  const statuses = new Map<number, number>()
  const accepted: string[] = []
  let isOver = false
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const note = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1)
  const write = async () => {
    const body = JSON.stringify({ title: 'Under load', input: 'Words.' })
    const response = await fetch(`${url}/api/tasks`, { method: 'POST', headers, body })
    const answer = (await response.json()) as { id: string }
    note(response.status)
    if (response.status === 202) accepted.push(answer.id)
    // As a client does that is told to try again shortly.
    else await pause(20)
  }
  const read = async (path: string) => {
    const response = await fetch(url + path, { headers })
    await response.arrayBuffer()
    note(response.status)
    if (response.status !== 200) await pause(20)
  }
  const repeat = async (work: () => Promise<void>) => {
    while (!isOver) await work()
  }
  const running = [
    ...Array.from({ length: writers }, () => repeat(write)),
    ...Array.from({ length: readers }, (_, index) =>
      repeat(() => read(index % 2 === 0 ? '/api/agents' : '/api/tasks?limit=5')),
    ),
  ]
  return {
    statuses,
    accepted,
    stop: async () => {
      isOver = true
      await Promise.all(running)
    },
  }
}

/** More submissions than there were: the service works again. */
const goesOn = async ({ accepted }: Load) => {
  const before = accepted.length
  await until(
    () => accepted.length,
    (count) => count > before + 20,
  )
}

async function expectNothingLost(load: Load): Promise<void> {
  await load.stop()
  const allowed = new Set([200, 202, 503])
  expect([...load.statuses].filter(([status]) => !allowed.has(status))).toEqual([])
  const { rows } = await fixture.database.connection.pool.query<{ id: string }>('SELECT id FROM archon_tasks')
  const stored = new Set(rows.map(({ id }) => id))
  expect(load.accepted.length).toBeGreaterThan(40)
  expect(load.accepted.filter((id) => !stored.has(id))).toEqual([])
}

it('a restart of Redis in the middle of load is not noticed by any caller', async () => {
  const load = startLoad()
  await goesOn(load)
  await redis.end()
  await goesOn(load)
  await redis.begin()
  await goesOn(load)
  await expectNothingLost(load)
  expect(load.statuses.has(503)).toBe(false)
})

it('a restart of PostgreSQL in the middle of load gives 503 while it lasts, loses no accepted task and passes by itself', async () => {
  const load = startLoad()
  await goesOn(load)
  const refused = () => load.statuses.get(503) ?? 0
  await fixture.database.postgres.restart(async () => {
    await until(refused, (count) => count > 10)
  })
  await goesOn(load)
  await expectNothingLost(load)
  const { rows } = await fixture.database.connection.pool.query<{ written: number; told: number }>(`
    SELECT (SELECT count(*) FROM archon_tasks)::int AS written,
      (SELECT count(*) FROM archon_audit WHERE event = 'task.submitted')::int AS told`)
  // A task and its entry are stored together, whatever was cut off.
  expect(rows[0]?.told).toBe(rows[0]?.written)
})
