import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'
import type { FastifyBaseLogger } from 'fastify'
import type { Transaction } from 'kysely'
import type { z } from 'zod'
import type { PermissionLevel } from '../common/permissions.ts'
import { recordAudit, type AuditEvent } from '../database/audit.ts'
import type { Database } from '../database/connection.ts'
import type { Tables } from '../database/tables.ts'
import type { Embedder } from '../embeddings/types.ts'
import type { Caller } from './caller.ts'

/** What every answer is made with. */
export interface McpContext {
  readonly database: Database
  readonly embedder: Embedder
  readonly log: FastifyBaseLogger
}

export interface ToolCall extends McpContext {
  readonly caller: Caller
  /** Aborted when the client cancels or the session ends. */
  readonly signal: AbortSignal
}

interface ToolShape<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly permission: PermissionLevel
  readonly input: Input
  /** What leaves: fields that it does not name are cut off. */
  readonly output: Output
}

/** A tool as the server lists and calls it. The permission is checked by the caller of `run`, in one place. */
export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly permission: PermissionLevel
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  readonly annotations: ToolAnnotations
  /** The audit event, or undefined for a tool that changes nothing. */
  readonly event: string | undefined
  readonly run: (input: unknown, call: ToolCall) => Promise<Record<string, unknown>>
}

/** A tool that changes nothing. */
export function readTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: ToolShape<Input, Output> & {
    readonly handle: (input: z.output<Input>, call: ToolCall) => Promise<z.input<Output>>
  },
): Tool {
  const { name, title, description, permission, input, output, handle } = tool
  return {
    ...{ name, title, description, permission, input, output, event: undefined },
    annotations: { title, readOnlyHint: true, openWorldHint: false },
    run: async (given, call) => handle(input.parse(given), call),
  }
}

/** A tool that changes something: in one transaction with its audit entry. */
export function writeTool<Input extends z.ZodObject, Output extends z.ZodObject, Prepared = undefined>(
  tool: ToolShape<Input, Output> & {
    /** A noun and what happened to it: `task.submitted`. */
    readonly event: string
    readonly isIdempotent?: boolean
    /** What must not hold a transaction open, such as asking a model. */
    readonly prepare?: (input: z.output<Input>, call: ToolCall) => Promise<Prepared>
    readonly handle: (
      input: z.output<Input>,
      call: ToolCall & { readonly transaction: Transaction<Tables>; readonly prepared: Prepared },
    ) => Promise<{
      readonly result: z.input<Output>
      /** Never a secret. Undefined: nothing was changed, so nothing is recorded. */
      readonly details: AuditEvent['details'] | undefined
    }>
  },
): Tool {
  const { name, title, description, permission, input, output, event, isIdempotent = false } = tool
  return {
    ...{ name, title, description, permission, input, output, event },
    annotations: {
      ...{ title, readOnlyHint: false, destructiveHint: false },
      ...{ idempotentHint: isIdempotent, openWorldHint: false },
    },
    run: async (given, call) => {
      const parsed = input.parse(given)
      const prepared = (await tool.prepare?.(parsed, call)) as Prepared
      return call.database.transaction().execute(async (transaction) => {
        const { result, details } = await tool.handle(parsed, { ...call, transaction, prepared })
        if (details !== undefined) {
          const { identity, address, requestId } = call.caller
          const entry = { event, actor: identity.name, address, requestId, details: { ...details, via: 'mcp' } }
          await recordAudit(transaction, entry)
        }
        return result
      })
    },
  }
}
