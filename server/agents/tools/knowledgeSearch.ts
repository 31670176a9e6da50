import { randomUUID } from 'node:crypto'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { traceHeaders } from '../../common/telemetry.ts'
import { createTokens } from '../../common/tokens.ts'

/** The identity of the agents at the MCP service. It is no row of the users: the token only lives for minutes and may only read. */
const agentsUser = '00000000-0000-4000-8000-000000008052'
const tokenSeconds = 120
const longestSearch = 20_000

export interface KnowledgeSearch {
  /** What the MCP service answers, as text. @throws when it cannot be asked or says no */
  readonly search: (query: string, limit: number, signal?: AbortSignal) => Promise<string>
  readonly close: () => Promise<void>
}

/** The tool `search_knowledge` of the MCP service, whose endpoint is `url`. One connection for all agents of the process, reopened after it broke. */
export function connectKnowledge(url: URL, jwtSecret: string): KnowledgeSearch {
  const tokens = createTokens({ current: jwtSecret })
  const identity = { userId: agentsUser, sessionId: randomUUID(), name: 'agents', permission: 'read_only' as const }
  let connecting: Promise<Client> | undefined

  const authorized: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers)
    headers.set('authorization', `Bearer ${await tokens.issue(identity, tokenSeconds)}`)
    for (const [name, value] of Object.entries(traceHeaders())) headers.set(name, value)
    return fetch(input, { ...init, headers })
  }

  const connect = async (): Promise<Client> => {
    const client = new Client({ name: 'agency-swarm-agents', version: '1.0.0' })
    const transport = new StreamableHTTPClientTransport(url, { fetch: authorized })
    await client.connect(transport)
    return client
  }

  const forget = async (): Promise<void> => {
    const broken = connecting
    connecting = undefined
    await broken?.then((client) => client.close()).catch(() => undefined)
  }

  const ask = async (query: string, limit: number, signal?: AbortSignal): Promise<string> => {
    connecting ??= connect()
    const client = await connecting
    const options = { timeout: longestSearch, ...(signal === undefined ? {} : { signal }) }
    const call = { name: 'search_knowledge', arguments: { query, limit } }
    const result = await client.callTool(call, undefined, options)
    const content = Array.isArray(result.content) ? (result.content as readonly { type: string; text?: string }[]) : []
    const text = content.map((part) => part.text ?? '').join('\n')
    if (result.isError === true) throw new Error(`The knowledge cannot be searched: ${text}`)
    return text
  }

  return {
    search: async (query, limit, signal) => {
      try {
        return await ask(query, limit, signal)
      } catch (error) {
        await forget()
        if (signal?.aborted === true) throw error
        // A session ends when the MCP service restarts: once more with a new one.
        try {
          return await ask(query, limit, signal)
        } catch (second) {
          await forget()
          throw second
        }
      }
    },
    close: forget,
  }
}
