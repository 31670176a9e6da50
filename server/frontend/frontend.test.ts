import { request as httpRequest } from 'node:http'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { buildAgents } from '../agents/app.ts'
import { readAgentsConfiguration } from '../agents/configuration.ts'
import { buildApi } from '../api/app.ts'
import { readApiConfiguration } from '../api/configuration.ts'
import { captureLog, serviceEnvironment } from '../testing/environment.ts'
import { adminPassword, databaseName, startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { until } from '../testing/until.ts'
import { buildFrontend } from './app.ts'
import { readFrontendConfiguration } from './configuration.ts'
import type { Agent } from '../database/agents.ts'
import type { Task } from '../database/tasks.ts'

let database: SuiteDatabase
let api: FastifyInstance
let agents: FastifyInstance
let frontend: FastifyInstance
let page: string
let address: string
let token: string

beforeAll(async () => {
  database = await startSuiteDatabase()
  const logStream = captureLog()
  const environment = serviceEnvironment(database, { OFFLINE_MODEL_MILLISECONDS: '50', TRUSTED_PROXIES: '127.0.0.1' })
  api = buildApi(readApiConfiguration(environment), { logStream })
  const backend = await api.listen({ host: '127.0.0.1', port: 0 })
  agents = buildAgents(readAgentsConfiguration(environment), { logStream })
  await agents.ready()
  page = mkdtempSync(join(tmpdir(), 'suite-page-'))
  mkdirSync(join(page, 'assets'))
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>Agency Swarm</title>')
  writeFileSync(join(page, 'assets/index-1.js'), '0')
  const configuration = readFrontendConfiguration({ ...environment, TRUSTED_PROXIES: '', BACKEND_URL: backend })
  frontend = buildFrontend(configuration, { pageDirectory: page, logStream })
  address = await frontend.listen({ host: '127.0.0.1', port: 0 })
  token = (
    await post('/api/auth/login', { name: 'admin', password: adminPassword }).then(
      (response) => response.json() as Promise<{ token: string }>,
    )
  ).token
})
afterAll(async () => {
  await frontend?.close()
  await Promise.all([agents?.close(), api?.close()])
  await database?.stop()
  rmSync(page, { recursive: true, force: true })
})

function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  const authorization: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return fetch(address + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: JSON.stringify(body),
  })
}

interface Message {
  readonly type: string
  readonly agents: Agent[]
  readonly tasks: Task[]
}

interface Listener {
  readonly messages: Message[]
  readonly closed: Promise<number>
  readonly close: () => void
}

function listen(first: object | undefined, options: { origin?: string } = {}): Listener {
  const socket = new WebSocket(`${address.replace('http', 'ws')}/ws`, options)
  const messages: Message[] = []
  socket.on('open', () => {
    if (first !== undefined) socket.send(JSON.stringify(first))
  })
  socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as Message))
  const closed = new Promise<number>((resolve) => {
    socket.on('close', (code) => resolve(code))
    socket.on('error', () => resolve(-1))
  })
  return { messages, closed, close: () => socket.close() }
}

describe('the page', () => {
  it('comes with security headers, and its files can be kept for good', async () => {
    const response = await fetch(address)
    expect(await response.text()).toContain('Agency Swarm')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('content-security-policy')).not.toContain('unsafe')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(response.headers.get('cache-control')).toBe('no-cache')
    const file = await fetch(`${address}/assets/index-1.js`)
    expect(file.headers.get('cache-control')).toContain('immutable')
  })

  it('is needed at the start: a missing one is an error that says what to do', () => {
    const configuration = readFrontendConfiguration(serviceEnvironment(database, { BACKEND_URL: 'http://localhost:1' }))
    expect(() => buildFrontend(configuration, { pageDirectory: tmpdir(), logStream: captureLog() })).toThrow(
      /npm run build/,
    )
  })
})

describe('/api', () => {
  it('is passed on with the answer, its errors and the address of the caller', async () => {
    const refused = await post('/api/tasks', { title: '' })
    expect(refused.status).toBe(400)
    expect(refused.headers.get('content-type')).toContain('application/problem+json')
    const anonymous = await fetch(`${address}/api/agents`)
    expect(anonymous.status).toBe(401)
    const sessions = await database.connection.tables.selectFrom('archon_sessions').select('address').execute()
    expect(sessions[0]?.address).toBe('127.0.0.1')
  })

  it('does not believe an address that the caller made up', async () => {
    await post('/api/auth/login', { name: 'admin', password: adminPassword }, { 'x-forwarded-for': '6.6.6.6' })
    const sessions = await database.connection.tables.selectFrom('archon_sessions').select('address').execute()
    expect(sessions.map((session) => session.address)).not.toContain('6.6.6.6')
  })

  it('cannot be left by dots in the path', async () => {
    // By hand: fetch and inject tidy the path up before they send it.
    const raw = (path: string) =>
      new Promise<[number, string]>((resolve, reject) => {
        const request = httpRequest(new URL(address), { path }, (response) => {
          let body = ''
          response.on('data', (chunk: Buffer) => (body += chunk.toString()))
          response.on('end', () => resolve([response.statusCode ?? 0, body]))
        })
        request.on('error', reject)
        request.end()
      })
    for (const path of [
      '/api/../metrics',
      '/api/%2e%2e/metrics',
      '/api/..%2fmetrics',
      'http://127.0.0.1:1/api/../metrics',
    ]) {
      const [status, body] = await raw(path)
      expect([path, status]).toEqual([path, 404])
      expect(body).not.toContain('api_response_time')
    }
  })

  it('answers 502 with a clear problem when the backend is away', async () => {
    const environment = serviceEnvironment(database, { BACKEND_URL: 'http://127.0.0.1:1' })
    const alone = buildFrontend(readFrontendConfiguration(environment), {
      pageDirectory: page,
      logStream: captureLog(),
    })
    const response = await alone.inject({ url: '/api/agents' })
    await alone.close()
    expect(response.statusCode).toBe(502)
    expect(response.json()).toMatchObject({ code: 'backend-unavailable' })
  })
})

describe('live changes', () => {
  it('show a task from its submission to its end, and the agent that does it', async () => {
    const listener = listen({ type: 'authenticate', token })
    await until(
      () => listener.messages[0]?.type,
      (type) => type === 'snapshot',
    )
    expect(listener.messages[0]?.agents).toHaveLength(6)
    const response = await post('/api/tasks', { title: 'Watched', input: 'Some words to count.' })
    const { id } = (await response.json()) as Task
    const seen = () => listener.messages.flatMap(({ tasks }) => tasks).filter((task) => task.id === id)
    await until(seen, (tasks) => tasks.at(-1)?.state === 'completed')
    const { body } = await frontend.inject({ url: '/metrics' })
    expect(body).toMatch(/websocket_connections\{[^}]*\} 1/)
    listener.close()
    await listener.closed
  })

  it('are for those with a valid token and from our own page', async () => {
    expect(await listen({ type: 'authenticate', token: 'no.valid.token' }).closed).toBe(4401)
    expect(await listen({ type: 'hello' }).closed).toBe(4401)
    expect(await listen({ type: 'authenticate', token }, { origin: 'https://evil.example.com' }).closed).toBe(-1)
    const silent = listen(undefined)
    expect(await silent.closed).toBe(4401)
    expect(silent.messages).toEqual([])
  })

  it('go on with a fresh snapshot after the database was swapped for another by name', async () => {
    const listener = listen({ type: 'authenticate', token })
    await until(
      () => listener.messages.length,
      (count) => count > 0,
    )
    await database.maintain(
      `ALTER DATABASE ${databaseName} ALLOW_CONNECTIONS false`,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${databaseName}'`,
      `CREATE DATABASE restored TEMPLATE ${databaseName}`,
      `ALTER DATABASE ${databaseName} RENAME TO before_restore`,
      `ALTER DATABASE restored RENAME TO ${databaseName}`,
      `ALTER DATABASE ${databaseName} ALLOW_CONNECTIONS true`,
    )
    await until(
      () => listener.messages.filter(({ type }) => type === 'snapshot').length,
      (count) => count === 2,
    )
    const submitted = await until(
      () => post('/api/tasks', { title: 'After the swap', input: 'Words again.' }),
      (response) => response.status === 202,
    )
    const { id } = (await submitted.json()) as Task
    const states = () =>
      listener.messages
        .flatMap(({ tasks }) => tasks)
        .filter((task) => task.id === id)
        .map(({ state }) => state)
    await until(states, (seen) => seen.includes('completed'))
    listener.close()
  })
})
