import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { isDatabaseAway } from '../common/databaseAway.ts'
import { isPermitted } from '../common/permissions.ts'
import { Problem } from '../common/problems.ts'
import { EmbeddingUnavailable } from '../embeddings/endpoint.ts'
import type { McpMetrics, ToolOutcome } from './metrics.ts'
import type { Tool, ToolCall } from './tool.ts'

/** No answer is longer: it goes into the context of a model. Characters of JSON. */
const longestAnswer = 200_000

interface Answered {
  readonly outcome: ToolOutcome
  readonly result: CallToolResult
}

const refusal = (outcome: ToolOutcome, text: string): Answered => ({
  outcome,
  result: { isError: true, content: [{ type: 'text', text }] },
})

/** Calls a tool: the one place that checks permission and arguments, counts, and writes the audit channel of the log. */
export async function callTool(
  tool: Tool,
  given: unknown,
  call: ToolCall,
  metrics: Pick<McpMetrics, 'observeCall'>,
): Promise<CallToolResult> {
  const begin = performance.now()
  const { outcome, result } = await answer(tool, given, call)
  metrics.observeCall(tool.name, outcome, performance.now() - begin)
  const { identity, address, requestId } = call.caller
  const fields = { channel: 'audit', tool: tool.name, event: tool.event, outcome, actor: identity.name }
  call.log.info({ ...fields, address, requestId }, 'tool called')
  return result
}

async function answer(tool: Tool, given: unknown, call: ToolCall): Promise<Answered> {
  const held = call.caller.identity.permission
  if (!isPermitted(held, tool.permission))
    return refusal('refused', `This tool needs the permission ${tool.permission}; yours is ${held}.`)
  const parsed = tool.input.strict().safeParse(given ?? {})
  if (!parsed.success) return refusal('invalid', `The arguments are not valid. ${z.prettifyError(parsed.error)}`)
  try {
    const value = tool.output.parse(await tool.run(given ?? {}, call))
    const text = JSON.stringify(value)
    if (text.length > longestAnswer) return refusal('failed', 'The answer is too long. Ask for less.')
    // In both forms: text for models, structure for programs.
    return { outcome: 'ok', result: { content: [{ type: 'text', text }], structuredContent: value } }
  } catch (error) {
    return failure(tool, error, call)
  }
}

/** What an unforeseen error says may hold SQL or secrets: it stays in the log. */
function failure(tool: Tool, error: unknown, { log, caller }: ToolCall): Answered {
  if (error instanceof Problem && error.status < 500) return refusal('refused', `${error.message} (${error.code})`)
  log.error({ err: error, tool: tool.name, requestId: caller.requestId }, 'tool failed')
  if (error instanceof Problem) return refusal('failed', `${error.message} (${error.code})`)
  if (error instanceof EmbeddingUnavailable)
    return refusal('failed', 'The embedding model cannot be reached. Nothing was stored; try again later.')
  if (isDatabaseAway(error))
    return refusal('failed', 'The database is away for a moment. Nothing was stored; try again.')
  return refusal('failed', 'The tool failed and stored nothing. The log of the MCP service holds the reason.')
}
