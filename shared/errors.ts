/**
 * Errors that cross a boundary. The code is for programs and never changes its meaning; the message is for people and says
 * what happened, what is safe and what to do; details hold the raw facts behind "Details".
 */
export const errorCodes = [
  'BAD_INPUT',
  'CANCELLED',
  'CONFIRMATION_REQUIRED',
  'CONFLICT',
  'CONNECTION_LOST',
  'CLUSTER_UNREACHABLE',
  'TLS_MISMATCH',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'ROLE_UNKNOWN',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'EXPIRED',
  'TOO_MANY_REQUESTS',
  'TIMEOUT',
  'TOO_LARGE',
  'KUBECONFIG_INVALID',
  'NO_CLUSTER',
  'NAMESPACE_TERMINATING',
  'METRICS_ABSENT',
  'METRICS_NOT_READY',
  'METRICS_FORBIDDEN',
  'NO_SHELL',
  'KUBECTL_MISSING',
  'STREAM_BROKEN',
  'COMMAND_FAILED',
  'DISK_FULL',
  'STORAGE_FAILED',
  'ARCHIVE_DAMAGED',
  'VERIFICATION_FAILED',
  'STATE_UNKNOWN',
  'BUSY',
  'DEPLOY_FAILED',
  'SANDBOX_FAILED',
  'ENGINE_LOST',
  'INTERNAL',
] as const

export type ErrorCode = (typeof errorCodes)[number]

export class ConsoleError extends Error {
  override readonly name = 'ConsoleError'
  readonly code: ErrorCode
  readonly details: Record<string, unknown>

  /**
   * @param message what happened, what is safe, what to do: whole sentences for an administrator
   * @param details raw facts for the Details fold; never a secret
   */
  constructor(code: ErrorCode, message: string, details: Record<string, unknown> = {}, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.details = details
  }
}

/** An error as it crosses the boundary and as it is kept: the contract's `fault`. */
export interface FaultFields {
  code: ErrorCode
  message: string
  details: Record<string, unknown>
}

/** The one way to make a fault of a thrown thing, for where an error is part of a state rather than the end of a call. */
export function faultOf(thrown: unknown): FaultFields {
  const { code, message, details } = asConsoleError(thrown)
  return { code, message, details }
}

/** The ConsoleError in a thrown thing; anything unforeseen becomes INTERNAL with its message kept in the details. */
export function asConsoleError(thrown: unknown): ConsoleError {
  if (thrown instanceof ConsoleError) return thrown
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new ConsoleError('CANCELLED', 'Stopped on request.', {}, { cause: thrown })
  }
  const raw = thrown instanceof Error ? thrown.message : String(thrown)
  return new ConsoleError(
    'INTERNAL',
    'Something failed that this version did not foresee. Nothing more was attempted. The details say what it was.',
    { raw },
    { cause: thrown },
  )
}
