import { ORPCError, ValidationError, type AnyRouter } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import type { SupportedMessagePort } from '@orpc/client/message-port'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { isAsyncIterable, mapErrors } from '../flow/iterators.ts'
import type { EngineContext } from './context.ts'

/** Serves the contract on a message port of any kind: Electron's, a worker's, a browser's. */
export function servePort(router: AnyRouter, context: EngineContext, port: SupportedMessagePort): void {
  const handler = new RPCHandler<EngineContext>(router, {
    clientInterceptors: [
      async (call) => {
        try {
          const output = await call.next()
          return isAsyncIterable(output) ? mapErrors(output, toWire) : output
        } catch (thrown) {
          throw toWire(thrown)
        }
      },
    ],
  })
  handler.upgrade(port, { context })
}

/** Errors cross as stable code, message for people, and details as data. */
function toWire(thrown: unknown): ORPCError<string, Record<string, unknown>> {
  const error =
    thrown instanceof ORPCError ? fromValidation(thrown as ORPCError<string, unknown>) : asConsoleError(thrown)
  if (error.code === 'INTERNAL') console.error(error.cause ?? error)
  return new ORPCError(error.code, { message: error.message, data: error.details, status: 500 })
}

function fromValidation(error: ORPCError<string, unknown>): ConsoleError {
  if (error.code === 'BAD_REQUEST' && error.cause instanceof ValidationError) {
    const [first] = error.cause.issues
    const where = first?.path?.map((part) => (typeof part === 'object' ? part.key : part)).join('.') ?? ''
    const message = `${where ? `${where}: ` : ''}${first?.message ?? 'the input is invalid'}`
    return new ConsoleError('BAD_INPUT', message, { issues: error.cause.issues.map((issue) => issue.message) })
  }
  if (error.code === 'NOT_FOUND') return new ConsoleError('NOT_FOUND', 'The engine has no such call.', {})
  return new ConsoleError('INTERNAL', error.message, {}, { cause: error })
}
