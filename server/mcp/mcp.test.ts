import { request as httpRequest } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { FastifyInstance } from 'fastify'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PermissionLevel } from '../common/permissions.ts'
import { createTokens } from '../common/tokens.ts'
import { captureLog, jwtSecret, serviceEnvironment } from '../testing/environment.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../testing/suiteDatabase.ts'
import { buildMcp } from './app.ts'
import { readMcpConfiguration } from './configuration.ts'

let database: SuiteDatabase
let app: FastifyInstance
let address: URL

beforeAll(async () => {
  database = await startSuiteDatabase()
  app = buildMcp(readMcpConfiguration(serviceEnvironment(database)), { logStream: captureLog() })
  address = new URL('/mcp', await app.listen({ host: '127.0.0.1', port: 0 }))
})
afterAll(async () => {
  await app?.close()
  await database?.stop()
})

async function tokenFor(permission: PermissionLevel): Promise<string> {
  const user = await database.connection.tables.selectFrom('archon_users').select('id').executeTakeFirstOrThrow()
  const identity = { userId: user.id, sessionId: randomUUID(), name: 'tester', permission }
  return createTokens({ current: jwtSecret }).issue(identity, 300)
}

async function connect(permission: PermissionLevel): Promise<Client> {
  const client = new Client({ name: 'stock-client', version: '1.0.0' })
  const headers = { authorization: `Bearer ${await tokenFor(permission)}` }
  const transport = new StreamableHTTPClientTransport(address, { requestInit: { headers } })
  await client.connect(transport)
  return client
}

/** By hand, because fetch lets nobody set the Host. */
function post(headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    })
    request.on('error', reject)
    request.on('response', (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    request.end('{}')
  })
}

describe('a stock MCP client', () => {
  it('finds the tools and searches the knowledge', async () => {
    const client = await connect('read_only')
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name).sort()).toEqual(['list_agents', 'search_knowledge', 'submit_task'])
    const result = await client.callTool({
      name: 'search_knowledge',
      arguments: { query: 'restore into a new database', limit: 3 },
    })
    expect(result.structuredContent).toMatchObject({
      passages: expect.arrayContaining([expect.objectContaining({ title: 'Restore' })]) as object,
    })
    const agents = await client.callTool({ name: 'list_agents' })
    expect(JSON.stringify(agents.structuredContent)).toContain('analyst')
    await client.close()
  })

  it('submits a task with the permission for it, and is told why without', async () => {
    const task = { name: 'submit_task', arguments: { title: 'From a program', input: 'Count these words.' } }
    const operator = await connect('operator')
    const done = await operator.callTool(task)
    expect(done.structuredContent).toMatchObject({ task: { state: 'queued' } })
    await operator.close()
    const reader = await connect('read_only')
    const refused = await reader.callTool(task)
    expect(refused).toMatchObject({ isError: true })
    expect(JSON.stringify(refused.content)).toContain('needs the permission operator')
    await reader.close()
    const { rowCount } = await database.connection.pool.query('SELECT 1 FROM archon_tasks')
    expect(rowCount).toBe(1)
  })

  it('gets bad arguments back as an error of the tool', async () => {
    const client = await connect('read_only')
    const result = await client.callTool({ name: 'search_knowledge', arguments: { query: '', limit: 1000 } })
    expect(result.isError).toBe(true)
    await client.close()
  })
})

describe('a request to /mcp', () => {
  it('without a token or with another host or origin is refused', async () => {
    const authorization = `Bearer ${await tokenFor('operator')}`
    expect(await post({})).toBe(401)
    expect(await post({ authorization, host: 'rebound.example.com' })).toBe(403)
    expect(await post({ authorization, origin: 'https://evil.example.com' })).toBe(403)
    expect(await post({ authorization, origin: 'null' })).toBe(403)
    // Past both checks: the empty message itself is now what is wrong.
    expect(
      await post({ authorization, origin: 'http://localhost:3737', accept: 'application/json, text/event-stream' }),
    ).toBe(400)
  })

  it('leaves the probes to any host, since the kubelet calls them by address', async () => {
    expect((await app.inject({ url: '/ready', headers: { host: '10.1.2.3:8051' } })).statusCode).toBe(200)
  })
})
