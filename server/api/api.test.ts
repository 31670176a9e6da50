import { randomUUID } from 'node:crypto'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startRedis, type TestRedis } from '#shared/testing/redis.ts'
import { createTokens, tokenAudience, tokenIssuer } from '../common/tokens.ts'
import { captureLog, jwtSecret, serviceEnvironment } from '../testing/environment.ts'
import { adminPassword, startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { until } from '../testing/until.ts'
import { buildApi } from './app.ts'
import { readApiConfiguration } from './configuration.ts'

let database: SuiteDatabase
let redis: TestRedis
let app: FastifyInstance
let adminToken: string
const log = captureLog()

beforeAll(async () => {
  ;[database, redis] = await Promise.all([startSuiteDatabase(), startRedis()])
  const environment = serviceEnvironment(database, {
    REDIS_URL: `redis://${redis.host}:${redis.port}`,
    REDIS_PASSWORD: redis.password,
  })
  app = buildApi(readApiConfiguration(environment), { logStream: log })
  adminToken = await signIn('admin', adminPassword)
})
afterAll(async () => {
  await app?.close()
  await Promise.all([database?.stop(), redis?.stop()])
})

async function signIn(name: string, password: string): Promise<string> {
  const response = await app.inject({ method: 'POST', url: '/api/auth/login', payload: { name, password } })
  expect(response.statusCode).toBe(200)
  return response.json<{ token: string }>().token
}

function call(method: InjectOptions['method'], url: string, token: string, payload?: Record<string, unknown>) {
  const headers = { authorization: `Bearer ${token}` }
  return app.inject({ method: method ?? 'GET', url, headers, ...(payload === undefined ? {} : { payload }) })
}

describe('signing in', () => {
  it('gives a token that opens the API', async () => {
    const response = await call('GET', '/api/me', adminToken)
    expect(response.json()).toMatchObject({ name: 'admin', permission: 'administrator' })
  })

  it('refuses a wrong password and an unknown user in the same words', async () => {
    const attempt = (name: string) =>
      app.inject({ method: 'POST', url: '/api/auth/login', payload: { name, password: 'a wrong password' } })
    const [known, unknown] = [await attempt('admin'), await attempt('nobody')]
    expect(known.statusCode).toBe(401)
    expect(known.headers['content-type']).toContain('application/problem+json')
    expect({ ...known.json<object>(), requestId: '' }).toEqual({ ...unknown.json<object>(), requestId: '' })
  })

  it('slows down guessing, and only for the name that is guessed', async () => {
    const attempt = () =>
      app.inject({ method: 'POST', url: '/api/auth/login', payload: { name: 'guessed', password: 'a guess' } })
    for (let turn = 0; turn < 8; turn += 1) expect((await attempt()).statusCode).toBe(401)
    const refused = await attempt()
    expect(refused.statusCode).toBe(429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    await signIn('admin', adminPassword)
  })
})

describe('tokens', () => {
  const key = new TextEncoder().encode(jwtSecret)
  const keyIdOf = (token: string) =>
    (JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()) as { kid: string }).kid

  interface Forgery {
    readonly header?: Record<string, unknown>
    readonly issuer?: string
    readonly audience?: string
    readonly expires?: number | undefined
    readonly signer?: Uint8Array
  }
  const forge = async (forgery: Forgery) => {
    const expires = 'expires' in forgery ? forgery.expires : Math.floor(Date.now() / 1000) + 600
    const token = new SignJWT({ name: 'admin', permission: 'administrator' })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: keyIdOf(adminToken), ...forgery.header })
      .setIssuer(forgery.issuer ?? tokenIssuer)
      .setAudience(forgery.audience ?? tokenAudience)
      .setSubject(randomUUID())
      .setJti(randomUUID())
      .setIssuedAt()
    return (expires === undefined ? token : token.setExpirationTime(expires)).sign(forgery.signer ?? key)
  }
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

  it('made by hand with everything right are accepted, so that the refusals below mean something', async () => {
    expect((await call('GET', '/api/me', await forge({}))).statusCode).toBe(200)
  })

  it.each<[string, () => Promise<string> | string]>([
    ['expired', () => forge({ expires: Math.floor(Date.now() / 1000) - 5 })],
    ['without expiry', () => forge({ expires: undefined })],
    ['for another audience', () => forge({ audience: 'somewhere-else' })],
    ['of another issuer', () => forge({ issuer: 'somebody-else' })],
    ['with an unknown key id', () => forge({ header: { kid: 'other' } })],
    ['without key id', () => forge({ header: { kid: undefined } })],
    ['with another algorithm of the family', () => forge({ header: { alg: 'HS512' } })],
    ['signed with another key', () => forge({ signer: new TextEncoder().encode('x'.repeat(40)) })],
    [
      'with algorithm none',
      () => `${encoded({ alg: 'none', kid: keyIdOf(adminToken) })}.${adminToken.split('.')[1] ?? ''}.x`,
    ],
    ['with a changed body', () => adminToken.replace(/\.[^.]+\./, `.${encoded({ permission: 'administrator' })}.`)],
    ['that are no tokens', () => 'a.b.c'],
  ])('%s are refused', async (_name, make) => {
    const response = await call('GET', '/api/me', await make())
    expect(response.statusCode).toBe(401)
    expect(response.headers['www-authenticate']).toContain('Bearer')
  })

  it('are asked for on every route but the sign-in', async () => {
    for (const url of ['/api/me', '/api/agents', '/api/tasks', `/api/tasks/${randomUUID()}`]) {
      expect((await app.inject({ url })).statusCode).toBe(401)
    }
    const asBasic = await app.inject({ url: '/api/me', headers: { authorization: `Basic ${adminToken}` } })
    expect(asBasic.statusCode).toBe(401)
  })

  it('signed before a rotation of the secret stay valid while the previous secret is configured', async () => {
    const identity = { userId: randomUUID(), sessionId: randomUUID(), name: 'x', permission: 'operator' as const }
    const token = await createTokens({ current: 'o'.repeat(32) }).issue(identity, 60)
    const rotated = createTokens({ current: 'n'.repeat(32), previous: 'o'.repeat(32) })
    expect((await rotated.verify(token)).name).toBe('x')
    await expect(createTokens({ current: 'n'.repeat(32) }).verify(token)).rejects.toThrow()
  })
})

describe('permissions', () => {
  it('let readers look, operators submit and administrators manage users', async () => {
    const password = 'a long enough password'
    const tokens: Record<string, string> = { administrator: adminToken }
    for (const permission of ['read_only', 'operator']) {
      const created = await call('POST', '/api/users', adminToken, { name: permission, password, permission })
      expect(created.statusCode).toBe(201)
      tokens[permission] = await signIn(permission, password)
    }
    const statuses = async (permission: string) => {
      const token = tokens[permission] ?? ''
      const look = await call('GET', '/api/tasks', token)
      const submit = await call('POST', '/api/tasks', token, { title: 'Permitted?', input: 'Some words.' })
      const name = `made-by-${permission}`
      const manage = await call('POST', '/api/users', token, { name, password, permission: 'read_only' })
      return [look.statusCode, submit.statusCode, manage.statusCode]
    }
    expect(await statuses('read_only')).toEqual([200, 403, 403])
    expect(await statuses('operator')).toEqual([200, 202, 403])
    expect(await statuses('administrator')).toEqual([200, 202, 201])
  })
})

describe('agents and tasks', () => {
  it('are created, listed and found again', async () => {
    const agent = await call('POST', '/api/agents', adminToken, { name: 'scout', modelTier: 'HAIKU' })
    expect(agent.statusCode).toBe(201)
    expect((await call('POST', '/api/agents', adminToken, { name: 'scout', modelTier: 'HAIKU' })).statusCode).toBe(409)
    const names = (await call('GET', '/api/agents', adminToken)).json<{ agents: { name: string }[] }>().agents
    expect(names.map(({ name }) => name)).toContain('scout')

    const created = await call('POST', '/api/tasks', adminToken, { title: 'Look', input: 'around', priority: 5 })
    const location = String(created.headers.location)
    expect((await call('GET', location, adminToken)).json()).toMatchObject({
      title: 'Look',
      state: 'queued',
      priority: 5,
    })
    expect((await call('GET', `/api/tasks/${randomUUID()}`, adminToken)).statusCode).toBe(404)
  })

  it('come page by page without gaps or repetitions', async () => {
    for (let turn = 0; turn < 5; turn += 1) {
      await call('POST', '/api/tasks', adminToken, { title: `Page ${turn}`, input: 'words' })
    }
    type Page = { tasks: { id: string }[]; next: string | null }
    const all = (await call('GET', '/api/tasks?limit=200', adminToken)).json<Page>().tasks.map(({ id }) => id)
    const paged: string[] = []
    let next: string | null = null
    do {
      const url: string = `/api/tasks?limit=2${next === null ? '' : `&before=${next}`}`
      const page: Page = (await call('GET', url, adminToken)).json<Page>()
      paged.push(...page.tasks.map(({ id }) => id))
      next = page.next
    } while (next !== null)
    expect(paged).toEqual(all)
  })

  it('refuse bad input with the field named and nothing stored', async () => {
    const bad: Record<string, unknown>[] = [
      {},
      { title: '', input: 'x' },
      { title: 'x', input: 'nul \u0000 byte' },
      { title: 'x', input: 'y', modelTier: 'GIGANTIC' },
      { title: 'x', input: 'y', priority: 1e9 },
      { title: 'x\u001b[31m', input: 'y' },
    ]
    const count = async () => (await database.connection.pool.query('SELECT 1 FROM archon_tasks')).rowCount
    const before = await count()
    for (const payload of bad) {
      const response = await call('POST', '/api/tasks', adminToken, payload)
      expect(response.statusCode).toBe(400)
      expect(response.json<{ errors: unknown[] }>().errors.length).toBeGreaterThan(0)
    }
    const notJson = await app.inject({
      method: 'POST',
      url: '/api/tasks',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      payload: '{"title":',
    })
    expect(notJson.statusCode).toBe(400)
    expect(await count()).toBe(before)
  })

  it('leave a whole audit chain behind, which can be queried, verified and exported', async () => {
    const unsealed = 'SELECT 1 FROM archon_audit WHERE position IS NULL'
    await until(
      async () => (await database.connection.pool.query(unsealed)).rowCount,
      (count) => count === 0,
    )
    const verified = (await call('GET', '/api/audit/verification', adminToken)).json<Record<string, unknown>>()
    expect(verified).toMatchObject({ isWhole: true, fault: null })
    const entries = (await call('GET', '/api/audit?event=task.submitted&limit=3', adminToken)).json<{
      entries: { event: string; hash: string }[]
      next: string
    }>()
    expect(entries.entries.map(({ event }) => event)).toEqual(Array(3).fill('task.submitted'))
    expect(entries.next).toMatch(/^\d+$/)
    const exported = (await call('GET', '/api/audit/export', adminToken)).body.trim().split('\n')
    expect(exported).toHaveLength(Number(verified.entries))
    const lines = exported.map((text) => JSON.parse(text) as { previousHash: string; hash: string })
    for (const [index, { previousHash }] of lines.entries())
      expect(previousHash).toBe(lines[index - 1]?.hash ?? '0'.repeat(64))
  })
})

describe('the service', () => {
  it('writes JSON log lines with time, level word, service and request id, and no password or token', async () => {
    await app.inject({ url: '/api/nowhere', headers: { 'x-request-id': 'trace-1' } })
    const line = log.lines().find(({ requestId, msg }) => requestId === 'trace-1' && msg === 'request')
    expect(line).toMatchObject({ level: 'info', service: 'backend', status: 404, path: '/api/nowhere' })
    expect(String(line?.time)).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    expect(log.text()).not.toContain(adminPassword)
    expect(log.text()).not.toContain(adminToken)
  })

  it('replaces a request id that would inject something into the log', async () => {
    const response = await app.inject({ url: '/health', headers: { 'x-request-id': 'a b"c' } })
    expect(response.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('publishes the metrics of the guide', async () => {
    const { body } = await app.inject({ url: '/metrics' })
    expect(body).toMatch(/api_response_time_milliseconds_count\{[^}]*route="\/api\/tasks"/)
    expect(body).toContain('database_query_time_milliseconds_count')
    expect(body).toMatch(/database_pool_connections\{[^}]*state="idle"[^}]*\} \d/)
  })

  it('lists agents with Redis, without Redis, and with Redis again', async () => {
    const list = async () => (await call('GET', '/api/agents', adminToken)).statusCode
    const outcomes = async () => (await app.inject({ url: '/metrics' })).body
    await until(
      async () => [await list(), await outcomes()],
      ([status, text]) => status === 200 && /outcome="hit"/.test(String(text)),
    )
    await redis.end()
    expect(await list()).toBe(200)
    await until(
      async () => [await list(), await outcomes()],
      ([status, text]) => status === 200 && /outcome="away"/.test(String(text)),
    )
    await redis.begin()
    const hits = (text: string) => Number(/cache_lookups_total\{[^}]*outcome="hit"[^}]*\} (\d+)/.exec(text)?.[1] ?? 0)
    const before = hits(await outcomes())
    await until(
      async () => [await list(), hits(await outcomes())],
      ([status, count]) => status === 200 && Number(count) > before,
    )
  })

  it('stays alive but not ready while PostgreSQL is away, answers 503, and recovers by itself', async () => {
    const ready = async () => (await app.inject({ url: '/ready' })).statusCode
    expect(await ready()).toBe(200)
    await database.postgres.restart(async () => {
      expect((await app.inject({ url: '/health' })).statusCode).toBe(200)
      expect(await ready()).toBe(503)
      const refused = await call('GET', '/api/tasks', adminToken)
      expect(refused.statusCode).toBe(503)
      expect(refused.json()).toMatchObject({ code: 'database-unavailable' })
      expect(refused.body).not.toContain('ECONNREFUSED')
    })
    await until(ready, (status) => status === 200)
    expect((await call('GET', '/api/tasks', adminToken)).statusCode).toBe(200)
  })

  it('is not ready on a database that was not migrated', async () => {
    await database.maintain('CREATE DATABASE empty')
    const environment = serviceEnvironment(database, { DATABASE_NAME: 'empty' })
    const other = buildApi(readApiConfiguration(environment), { logStream: captureLog() })
    const response = await other.inject({ url: '/ready' })
    await other.close()
    expect(response.statusCode).toBe(503)
    expect(response.json()).toEqual({ status: 'not ready', missing: { database: 'is not migrated' } })
  })

  it('names every variable that is missing or wrong, without its value', () => {
    const read = () => readApiConfiguration({ DATABASE_HOST: 'x', JWT_SECRET: 'too short', PORT: 'many' })
    expect(read).toThrow(/DATABASE_NAME: is not set[\s\S]*DATABASE_PASSWORD: is not set/)
    expect(read).toThrow(/JWT_SECRET: .*32/)
    expect(read).toThrow(/PORT: /)
    expect(read).not.toThrow(/too short/)
  })
})
