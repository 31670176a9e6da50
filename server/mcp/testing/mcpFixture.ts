import { randomUUID } from 'node:crypto'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { PermissionLevel } from '../../common/permissions.ts'
import { createTokens } from '../../common/tokens.ts'
import { captureLog, jwtSecret, serviceEnvironment, type LogCapture } from '../../testing/environment.ts'
import type { SuiteDatabase } from '../../testing/suiteDatabase.ts'
import { buildMcp } from '../app.ts'
import { readMcpConfiguration } from '../configuration.ts'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface McpService {
  readonly address: URL
  readonly log: LogCapture
  /** A user of this name and permission, created when it is new, and a token of theirs. */
  readonly tokenFor: (permission: PermissionLevel, name?: string, sessionId?: string) => Promise<string>
  /** A stock client with a session. */
  readonly connect: (permission: PermissionLevel, name?: string) => Promise<Client>
  /** A request by hand, because fetch lets nobody set the Host. */
  readonly send: (method: string, headers: Record<string, string>, body?: unknown, path?: string) => Promise<Answer>
  readonly metrics: () => Promise<string>
  readonly stop: () => Promise<void>
}

/** The MCP service on a port of its own. */
export async function startMcpService(database: SuiteDatabase, more: Record<string, string> = {}): Promise<McpService> {
  const log = captureLog()
  const app = buildMcp(readMcpConfiguration(serviceEnvironment(database, more)), { logStream: log })
  const address = new URL('/mcp', await app.listen({ host: '127.0.0.1', port: 0 }))
  const clients: Client[] = []

  const userNamed = async (name: string, permission: PermissionLevel): Promise<string> => {
    const { tables } = database.connection
    const row = await tables
      .insertInto('archon_users')
      .values({ name, password_hash: 'none', permission })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ permission }))
      .returning('id')
      .executeTakeFirstOrThrow()
    return row.id
  }
  const tokenFor = async (
    permission: PermissionLevel,
    name = `${permission}-tester`,
    sessionId: string = randomUUID(),
  ) => {
    const userId = await userNamed(name, permission)
    const expires_at = new Date(Date.now() + 3_600_000)
    await database.connection.tables
      .insertInto('archon_sessions')
      .values({ id: sessionId, user_id: userId, address: '127.0.0.1', expires_at })
      .execute()
    return createTokens({ current: jwtSecret }).issue({ userId, sessionId, name, permission }, 300)
  }

  return {
    address,
    log,
    tokenFor,
    connect: async (permission, name) => {
      const client = new Client({ name: 'stock-client', version: '1.0.0' })
      const headers = { authorization: `Bearer ${await tokenFor(permission, name)}` }
      await client.connect(new StreamableHTTPClientTransport(address, { requestInit: { headers } }))
      clients.push(client)
      return client
    },
    send: (method, headers, body, path = '/mcp') =>
      new Promise((resolve, reject) => {
        const request = httpRequest(new URL(path, address), {
          method,
          headers: {
            accept: 'application/json, text/event-stream',
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
        })
        request.on('error', reject)
        request.on('response', (response) => {
          const { statusCode: status = 0, headers: given } = response
          // A stream has no end: what matters is that it was opened.
          if (given['content-type']?.startsWith('text/event-stream') === true) {
            resolve({ status, headers: given, body: '' })
            response.on('error', () => undefined)
            response.destroy()
            return
          }
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
          response.on('end', () => resolve({ status, headers: given, body: text }))
        })
        request.end(body === undefined ? undefined : JSON.stringify(body))
      }),
    metrics: async () => (await fetch(new URL('/metrics', address))).text(),
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()))
      await app.close()
    },
  }
}

/** The first message of a session. */
export const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'by-hand', version: '1' } },
}
export const listTools = { jsonrpc: '2.0', id: 2, method: 'tools/list' }
