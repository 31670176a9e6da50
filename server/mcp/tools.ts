import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { FastifyBaseLogger } from 'fastify'
import { z } from 'zod'
import { isPermitted } from '../common/permissions.ts'
import type { Identity } from '../common/tokens.ts'
import { listAgents } from '../database/agents.ts'
import { recordAudit } from '../database/audit.ts'
import type { Database } from '../database/connection.ts'
import { searchKnowledge } from '../database/knowledge.ts'
import { modelTiers } from '../database/tables.ts'
import { submitTask } from '../database/tasks.ts'

export interface ToolContext {
  readonly database: Database
  readonly identity: Identity
  readonly address: string
  readonly version: string
  readonly log: FastifyBaseLogger
}

const refusal = (text: string): CallToolResult => ({ isError: true, content: [{ type: 'text', text }] })

/** The result in both forms: text for models, structure for programs. */
function answer(value: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value }
}

/** Runs a tool. What it throws stays in the log: the caller learns only that it failed. */
async function attempt(
  log: FastifyBaseLogger,
  tool: string,
  work: () => Promise<CallToolResult>,
): Promise<CallToolResult> {
  try {
    return await work()
  } catch (error) {
    log.error({ err: error, tool }, 'tool failed')
    return refusal('The tool failed. The log of the MCP service holds the reason.')
  }
}

/** The tools as one caller may use them. */
export function createToolServer({ database, identity, address, version, log }: ToolContext): McpServer {
  const server = new McpServer({ name: 'agency-swarm', version })

  server.registerTool(
    'search_knowledge',
    {
      title: 'Search knowledge',
      description: "Finds passages of the suite's knowledge by words and by likeness, best first.",
      inputSchema: { query: z.string().trim().min(1).max(500), limit: z.number().int().min(1).max(20).default(5) },
      annotations: { readOnlyHint: true },
    },
    ({ query, limit }) =>
      attempt(log, 'search_knowledge', async () =>
        answer({ passages: await searchKnowledge(database, query.replaceAll('\0', ''), limit) }),
      ),
  )

  server.registerTool(
    'list_agents',
    {
      title: 'List agents',
      description: 'All agents with tier, state and success rate.',
      annotations: { readOnlyHint: true },
    },
    () => attempt(log, 'list_agents', async () => answer({ agents: await listAgents(database) })),
  )

  server.registerTool(
    'submit_task',
    {
      title: 'Submit a task',
      description: 'Puts a task into the queue of the agents. Needs the permission operator.',
      inputSchema: {
        title: z.string().trim().min(1).max(200),
        input: z.string().min(1).max(20_000),
        modelTier: z.enum(modelTiers).default('SONNET'),
      },
      annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
    },
    ({ title, input, modelTier }) =>
      attempt(log, 'submit_task', async () => {
        if (!isPermitted(identity.permission, 'operator')) {
          return refusal(`This tool needs the permission operator; yours is ${identity.permission}.`)
        }
        if (/\p{Cc}/u.test(title) || input.includes('\0')) return refusal('The task holds control characters.')
        const task = await submitTask(database, { title, input, modelTier, priority: 0, submittedBy: identity.userId })
        const details = { taskId: task.id, title, via: 'mcp' }
        await recordAudit(database, { event: 'task.submitted', actor: identity.name, address, details })
        return answer({ task: { id: task.id, state: task.state } })
      }),
  )
  return server
}
