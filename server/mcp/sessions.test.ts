import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { PermissionLevel } from '../common/permissions.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { until } from '../testing/until.ts'
import { initialize, listTools, startMcpService, type McpService } from './testing/mcpFixture.ts'

let database: SuiteDatabase
let service: McpService
const others: McpService[] = []

beforeAll(async () => {
  database = await startSuiteDatabase()
  service = await startMcpService(database)
})
afterEach(() => Promise.all(others.splice(0).map((other) => other.stop())))
afterAll(async () => {
  await service?.stop()
  await database?.stop()
})

async function startOther(more: Record<string, string>): Promise<McpService> {
  const other = await startMcpService(database, more)
  others.push(other)
  return other
}
async function headersFor(of: McpService, permission: PermissionLevel, name?: string, login?: string) {
  return { authorization: `Bearer ${await of.tokenFor(permission, name, login)}` }
}
async function open(of: McpService, headers: Record<string, string>): Promise<Record<string, string>> {
  const { status, headers: given } = await of.send('POST', headers, initialize)
  expect(status).toBe(200)
  return { ...headers, 'mcp-session-id': String(given['mcp-session-id']) }
}
async function openSessions(of: McpService): Promise<number> {
  return Number(/mcp_sessions_open\{[^}]*\} (\d+)/.exec(await of.metrics())?.[1])
}
const codeOf = ({ body }: { body: string }) => (JSON.parse(body) as { code?: string }).code

describe('a session', () => {
  it('is named in the answer to initialize, serves requests and a stream, and ends by DELETE', async () => {
    const session = await open(service, await headersFor(service, 'read_only'))
    expect(session['mcp-session-id']).toMatch(/^[0-9a-f-]{36}$/)
    const listed = await service.send('POST', session, listTools)
    expect([listed.status, listed.body]).toEqual([200, expect.stringContaining('search_knowledge')])
    const stream = await service.send('GET', session)
    expect([stream.status, stream.headers['content-type']]).toEqual([200, 'text/event-stream'])
    expect((await service.send('DELETE', session)).status).toBe(200)
    for (const method of ['POST', 'GET', 'DELETE'])
      expect((await service.send(method, session, method === 'POST' ? listTools : undefined)).status).toBe(404)
  })

  it('is another identity’s as little as nobody’s: 404 for both, and it continues for its owner', async () => {
    const session = await open(service, await headersFor(service, 'read_only', 'owner'))
    const stranger = await headersFor(service, 'administrator', 'stranger')
    for (const id of [session['mcp-session-id'] ?? '', randomUUID(), '../..', 'x'.repeat(500)]) {
      for (const method of ['POST', 'GET', 'DELETE']) {
        const body = method === 'POST' ? listTools : undefined
        const refused = await service.send(method, { ...stranger, 'mcp-session-id': id }, body)
        expect([refused.status, codeOf(refused)]).toEqual([404, 'no-such-session'])
      }
    }
    expect((await service.send('POST', session, listTools)).status).toBe(200)
    // Another login of the same person is the same identity.
    const later = { ...session, ...(await headersFor(service, 'read_only', 'owner')) }
    expect((await service.send('POST', later, listTools)).status).toBe(200)
  })

  it('gives no rights: each call has those of its own token', async () => {
    const opened = await open(service, await headersFor(service, 'operator', 'demoted'))
    const submit = {
      ...{ jsonrpc: '2.0', id: 3, method: 'tools/call' },
      params: { name: 'submit_task', arguments: { title: 'x', input: 'y' } },
    }
    expect((await service.send('POST', opened, submit)).body).toContain('queued')
    const demoted = { ...opened, ...(await headersFor(service, 'read_only', 'demoted')) }
    expect((await service.send('POST', demoted, submit)).body).toContain('needs the permission operator')
    expect((await service.send('POST', { 'mcp-session-id': opened['mcp-session-id'] ?? '' }, submit)).status).toBe(401)
  })

  it('is needed for everything but initialize, and is not kept when initialize fails', async () => {
    const headers = await headersFor(service, 'read_only', 'hasty')
    for (const body of [listTools, {}, [], [initialize], 'text'])
      expect(codeOf(await service.send('POST', headers, body))).toBe('session-required')
    expect(codeOf(await service.send('GET', headers))).toBe('session-required')
    const before = await openSessions(service)
    expect((await service.send('POST', { ...headers, accept: 'text/html' }, initialize)).status).toBe(406)
    expect(await openSessions(service)).toBe(before)
  })

  it('of one replica is unknown to another, whose 404 tells the client to initialize again', async () => {
    const other = await startOther({})
    const headers = await headersFor(service, 'read_only')
    const session = await open(service, headers)
    expect((await other.send('POST', session, listTools)).status).toBe(404)
    expect((await other.send('POST', await open(other, headers), listTools)).status).toBe(200)
  })

  it('ends when nobody uses it for long, but not while somebody does', async () => {
    const other = await startOther({ MCP_SESSION_IDLE_SECONDS: '2' })
    const [used, idle] = [
      await open(other, await headersFor(other, 'read_only', 'busy')),
      await open(other, await headersFor(other, 'read_only', 'away')),
    ]
    await until(
      async () => {
        expect((await other.send('POST', used, listTools)).status).toBe(200)
        return openSessions(other)
      },
      (count) => count === 1,
    )
    expect((await other.send('POST', idle, listTools)).status).toBe(404)
    expect((await other.send('POST', used, listTools)).status).toBe(200)
  })

  it('gives way to a newer one of the same identity at its limit, and nobody else’s does', async () => {
    const other = await startOther({ MCP_SESSIONS_PER_IDENTITY: '2', MCP_SESSIONS: '3' })
    const mine = await headersFor(other, 'read_only', 'many')
    const theirs = await open(other, await headersFor(other, 'read_only', 'few'))
    const [first, second] = [await open(other, mine), await open(other, mine)]
    await other.send('POST', first, listTools)
    const third = await open(other, mine)
    const statuses = [first, second, third, theirs].map(
      async (session) => (await other.send('POST', session, listTools)).status,
    )
    expect(await Promise.all(statuses)).toEqual([200, 404, 200, 200])
    const full = await other.send('POST', await headersFor(other, 'read_only', 'late'), initialize)
    expect([full.status, codeOf(full)]).toEqual([503, 'too-many-sessions'])
  })

  it('ends with the login that its newest request came from', async () => {
    const { tables } = database.connection
    const login = randomUUID()
    const session = await open(service, await headersFor(service, 'read_only', 'leaver', login))
    const before = await openSessions(service)
    await tables.updateTable('archon_sessions').set({ revoked_at: new Date() }).where('id', '=', login).execute()
    await until(
      () => openSessions(service),
      (count) => count === before - 1,
    )
    const later = { ...session, ...(await headersFor(service, 'read_only', 'leaver')) }
    expect((await service.send('POST', later, listTools)).status).toBe(404)
  })

  it('ends with its open stream when the service stops, which therefore does not wait', async () => {
    const other = await startMcpService(database)
    const session = await open(other, await headersFor(other, 'read_only'))
    const stream = await fetch(other.address, { headers: { ...session, accept: 'text/event-stream' } })
    expect(stream.status).toBe(200)
    const ended = stream.text()
    await other.stop()
    await expect(ended).resolves.not.toContain('data:')
    await expect(fetch(other.address)).rejects.toThrow()
  })
})
