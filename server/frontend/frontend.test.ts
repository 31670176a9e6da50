import { request as httpRequest } from 'node:http'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApi } from '../api/app.ts'
import { readApiConfiguration } from '../api/configuration.ts'
import { captureLog, serviceEnvironment } from '../testing/environment.ts'
import { adminPassword, startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { buildFrontend } from './app.ts'
import { readFrontendConfiguration } from './configuration.ts'

let database: SuiteDatabase
let api: FastifyInstance
let frontend: FastifyInstance
let page: string
let address: string
let token: string

beforeAll(async () => {
  database = await startSuiteDatabase()
  const logStream = captureLog()
  const environment = serviceEnvironment(database, { TRUSTED_PROXIES: '127.0.0.1' })
  api = buildApi(readApiConfiguration(environment), { logStream })
  const backend = await api.listen({ host: '127.0.0.1', port: 0 })
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
  await api?.close()
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

  it('passes every method, cookies and conditions on, and the answer back as it is', async () => {
    const backend = Fastify()
    backend.route({
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
      url: '/api/*',
      handler: (request, reply) => {
        if (request.headers['if-none-match'] === '"1"') return reply.status(304).header('etag', '"1"').send()
        const { method, url, headers, body } = request
        const cookies = ['agency_swarm_refresh=next; Path=/api/auth; HttpOnly; SameSite=Strict', 'second=2']
        return reply.header('etag', '"1"').header('set-cookie', cookies).send({ method, url, headers, body })
      },
    })
    const environment = serviceEnvironment(database, { BACKEND_URL: await backend.listen({ port: 0 }) })
    const other = buildFrontend(readFrontendConfiguration(environment), {
      pageDirectory: page,
      logStream: captureLog(),
    })
    const base = await other.listen({ host: '127.0.0.1', port: 0 })
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const headers = { 'content-type': 'application/json', cookie: 'agency_swarm_refresh=this', 'if-match': '"0"' }
      const response = await fetch(`${base}/api/things/1?a=1?2&b`, { method, headers, body: '{"x":1}' })
      expect(response.headers.getSetCookie()).toHaveLength(2)
      expect(response.headers.getSetCookie()[0]).toContain('SameSite=Strict')
      expect(await response.json()).toMatchObject({
        method,
        url: '/api/things/1?a=1?2&b',
        body: { x: 1 },
        headers: { cookie: 'agency_swarm_refresh=this', 'if-match': '"0"', 'x-forwarded-proto': 'http' },
      })
    }
    const fresh = await fetch(`${base}/api/things`)
    expect([fresh.status, fresh.headers.get('etag')]).toEqual([200, '"1"'])
    const same = await fetch(`${base}/api/things`, { headers: { 'if-none-match': '"1"' } })
    expect([same.status, await same.text()]).toEqual([304, ''])
    expect(same.headers.get('content-security-policy')).toContain("default-src 'none'")
    await Promise.all([other.close(), backend.close()])
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
