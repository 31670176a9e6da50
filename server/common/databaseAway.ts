// Server side: administrator shutdown, crash shutdown, starting up, unknown database (mid rename), connections not allowed
// (55000, mid swap), too many connections. https://www.postgresql.org/docs/15/errcodes-appendix.html
const stateCodes = new Set(['57P01', '57P02', '57P03', '3D000', '55000', '53300'])
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])
const clientMessages =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error/

/** Whether an error says that PostgreSQL is restarting, unreachable or being swapped: a state that passes by itself. */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if (error instanceof AggregateError && error.errors.some(isDatabaseAway)) return true
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return stateCodes.has(code) || code.startsWith('08') || networkCodes.has(code) || clientMessages.test(error.message)
}
