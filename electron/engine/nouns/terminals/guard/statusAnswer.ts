import { ConsoleError } from '#shared/errors.ts'

const reasons: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  405: 'MethodNotAllowed',
  413: 'RequestEntityTooLarge',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

/** The Kubernetes Status that kubectl prints: "Error from server (Forbidden): …". */
export const statusBody = (code: number, message: string): string =>
  JSON.stringify({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason: reasons[code] ?? 'InternalError',
    code,
  })

/** What the engine could not do, as a status of HTTP. */
export function statusOf({ code }: ConsoleError): number {
  if (code === 'FORBIDDEN' || code === 'ROLE_UNKNOWN' || code === 'NO_CLUSTER' || code === 'CANCELLED') return 403
  if (code === 'UNAUTHENTICATED') return 401
  if (code === 'TIMEOUT') return 504
  if (code === 'DISK_FULL' || code === 'STORAGE_FAILED' || code === 'INTERNAL') return 500
  return 503
}
