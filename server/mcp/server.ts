import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import {
  CallToolRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type Tool as ListedTool,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { callerOf } from './caller.ts'
import { callTool } from './callTool.ts'
import type { McpMetrics } from './metrics.ts'
import { prompts } from './prompts.ts'
import { listResources, readResource, resourceTemplates } from './resources.ts'
import type { McpContext } from './tool.ts'
import { tools } from './tools.ts'

const invalidParameters = -32_602
const internalError = -32_603

// Draft 7, because that is what the SDK's clients check answers with.
const schemaOf = (schema: z.ZodObject, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { target: 'draft-7', io }) as ListedTool['inputSchema']

const listedTools: ListedTool[] = tools.map(({ name, title, description, input, output, annotations }) => ({
  name,
  title,
  description,
  inputSchema: schemaOf(input.strict(), 'input'),
  outputSchema: schemaOf(output, 'output'),
  annotations,
}))

const toolsByName = new Map(tools.map((tool) => [tool.name, tool]))
const promptsByName = new Map(prompts.map((prompt) => [prompt.name, prompt]))

/**
 * The protocol side of one session. Handlers are set by hand where the SDK's registration would list everything in one page or check
 * arguments before permissions.
 */
export function createMcpServer(context: McpContext, metrics: McpMetrics, version: string): McpServer {
  const mcp = new McpServer(
    { name: 'agency-swarm', title: 'Agency Swarm', version },
    { instructions: 'Knowledge, agents, tasks and costs of an Agency Swarm suite.' },
  )
  const { server } = mcp
  server.registerCapabilities({ tools: {}, prompts: {}, resources: { listChanged: true } })

  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: listedTools }))
  server.setRequestHandler(CallToolRequestSchema, ({ params }, { authInfo, signal }) => {
    const tool = toolsByName.get(params.name)
    if (tool === undefined) throw new McpError(invalidParameters, 'There is no tool of this name.')
    return callTool(tool, params.arguments, { ...context, caller: callerOf(authInfo), signal }, metrics)
  })

  server.setRequestHandler(ListResourcesRequestSchema, ({ params }) =>
    guarded(context, () => listResources(context, params?.cursor)),
  )
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }, { authInfo }) => {
    const { identity, address, requestId } = callerOf(authInfo)
    const fields = { channel: 'audit', resource: params.uri.slice(0, 200), actor: identity.name, address, requestId }
    context.log.info(fields, 'resource read')
    return guarded(context, () => readResource(context, params.uri))
  })

  const listedPrompts = prompts.map(({ name, title, description, arguments: asked }) => ({
    ...{ name, title, description, arguments: [...asked] },
  }))
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: listedPrompts }))
  server.setRequestHandler(GetPromptRequestSchema, ({ params }, { signal }) => {
    const prompt = promptsByName.get(params.name)
    if (prompt === undefined) throw new McpError(invalidParameters, 'There is no prompt of this name.')
    return guarded(context, () => prompt.fill(params.arguments, context, signal))
  })
  return mcp
}

/** The SDK sends the text of any error to the client: what was not meant for it stays in the log. */
async function guarded<Result>({ log }: McpContext, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof McpError) throw error
    log.error({ err: error }, 'request failed')
    throw new McpError(internalError, 'The request failed. The log of the MCP service holds the reason.')
  }
}
