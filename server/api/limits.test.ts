import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRedis, type TestRedis } from '#shared/testing/redis.ts'
import { startApi, type ApiFixture } from '../testing/apiFixture.ts'
import { until } from '../testing/until.ts'
import { warnOfFewConnections } from './connectionCheck.ts'

let fixture: ApiFixture
let redis: TestRedis
let withRedis: Record<string, string>

beforeAll(async () => {
  ;[fixture, redis] = await Promise.all([startApi({ REQUESTS_PER_MINUTE: '30' }), startRedis()])
  withRedis = { REDIS_URL: `redis://${redis.host}:${redis.port}`, REDIS_PASSWORD: redis.password }
})
afterAll(async () => {
  await fixture?.stop()
  await redis?.stop()
})

async function statuses(token: string, count: number, ...apps: readonly FastifyInstance[]): Promise<number[]> {
  const answers: number[] = []
  for (let turn = 0; turn < count; turn += 1)
    answers.push((await fixture.call('GET', '/api/me', token, undefined, apps[turn % apps.length])).statusCode)
  return answers
}

describe('the limit of requests', () => {
  it('is per user over all of their sessions, and answers with a problem that says when to try again', async () => {
    await fixture.createUser('busy', 'operator')
    const [one, two] = [
      await fixture.signIn('busy', fixture.userPassword),
      await fixture.signIn('busy', fixture.userPassword),
    ]
    const answers = [...(await statuses(one.token, 20, fixture.app)), ...(await statuses(two.token, 20, fixture.app))]
    expect(answers.filter((status) => status === 200)).toHaveLength(30)
    const refused = await fixture.call('GET', '/api/me', one.token)
    expect(refused.statusCode).toBe(429)
    expect(refused.json()).toMatchObject({ code: 'too-many-requests', status: 429 })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    const admin = await fixture.signIn()
    expect(await statuses(admin.token, 1, fixture.app)).toEqual([200])
  })

  it('is counted by all replicas together while Redis is there, and by each alone while it is away', async () => {
    const replicas = await Promise.all([fixture.startReplica(withRedis), fixture.startReplica(withRedis)])
    await fixture.createUser('spread', 'operator')
    const { token } = await fixture.signIn('spread', fixture.userPassword)
    // Requests before a connection stands are counted alone; a window of their own is not shared.
    const counted = await until(
      async () =>
        (await fixture.call('GET', '/api/me', token, undefined, replicas[0])).headers['x-ratelimit-remaining'],
      (remaining) => remaining !== undefined,
    )
    expect(Number(counted)).toBeLessThan(30)
    const together = await statuses(token, 50, ...replicas)
    expect(together.filter((status) => status === 200).length).toBeLessThanOrEqual(30)
    expect(together.at(-1)).toBe(429)

    await redis.end()
    const alone = await statuses(token, 20, ...replicas)
    expect(alone.filter((status) => status >= 500)).toEqual([])
    expect(alone).toContain(200)
  })
})

describe('/health/deep', () => {
  it('says of each part whether it answers, how fast and why not, to people who are signed in', async () => {
    const down = 'http://127.0.0.1:1'
    const self = await fixture.startReplica()
    await self.listen({ host: '127.0.0.1', port: 0 })
    const { port } = self.server.address() as { port: number }
    const replica = await fixture.startReplica({ MCP_URL: `http://127.0.0.1:${port}`, AGENTS_URL: down })
    const { token } = await fixture.signIn()
    expect((await replica.inject('/health/deep')).statusCode).toBe(401)
    const answer = await fixture.call('GET', '/health/deep', token, undefined, replica)
    expect(answer.statusCode).toBe(200)
    expect(answer.json()).toMatchObject({
      status: 'degraded',
      parts: {
        database: { status: 'up', milliseconds: expect.any(Number) as number, reason: null },
        redis: { status: 'not configured' },
        mcp: { status: 'up' },
        agents: { status: 'down', reason: 'It cannot be reached.' },
      },
    })
    expect(answer.body).not.toContain('127.0.0.1')

    await fixture.database.postgres.restart(async () => {
      const away = await fixture.call('GET', '/health/deep', token, undefined, replica)
      expect([away.statusCode, away.json<{ status: string }>().status]).toEqual([200, 'down'])
    })
  })
})

it('a server that admits too few connections is told of at the start', async () => {
  const told: unknown[] = []
  const log = { warn: (fields: object) => told.push(fields) }
  await until(
    async () => (await fixture.app.inject('/ready')).statusCode,
    (status) => status === 200,
  )
  const { tables } = fixture.database.connection
  await warnOfFewConnections(tables, 8, log)
  expect(told).toEqual([])
  await warnOfFewConnections(tables, 50, log)
  expect(told).toEqual([expect.objectContaining({ available: 117, needed: 204, poolSize: 50 })])
})
