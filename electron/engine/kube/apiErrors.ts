import { z } from 'zod'
import { ConsoleError, type ErrorCode } from '#shared/errors.ts'
import { sanitise } from './sanitise.ts'

/** A field of the wrong kind is as one that is absent. */
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined)
const text = optional(z.string())

/** The `Status` object an API server answers a failure with. */
const apiStatus = z.object({
  reason: text,
  message: text,
  details: optional(
    z.object({
      retryAfterSeconds: optional(z.number()),
      causes: optional(z.array(z.object({ reason: text, message: text, field: text }))),
    }),
  ),
})
type ApiStatus = Partial<z.infer<typeof apiStatus>>

export interface Answer {
  status: number
  /** The body as it came. */
  body: string
  method: string
  path: string
  retryAfter?: string | undefined
  /** What is known here of why the sign-in was refused. */
  why?: string | undefined
}

function parseStatus(body: string): ApiStatus {
  try {
    const parsed: unknown = JSON.parse(body)
    return apiStatus.safeParse(parsed).data ?? {}
  } catch {
    return {}
  }
}

/** Reasons decide before status codes: 409 is a conflict or an existing object, 403 may be a namespace on its way out. */
function codeFor(status: number, api: ApiStatus): ErrorCode {
  if (api.details?.causes?.some((cause) => cause.reason === 'NamespaceTerminating')) return 'NAMESPACE_TERMINATING'
  if (status === 401) return 'UNAUTHENTICATED'
  if (status === 403) return 'FORBIDDEN'
  if (status === 404) return 'NOT_FOUND'
  if (status === 408 || status === 504) return 'TIMEOUT'
  if (status === 409) return api.reason === 'AlreadyExists' ? 'ALREADY_EXISTS' : 'CONFLICT'
  if (status === 410) return 'EXPIRED'
  if (status === 429) return 'TOO_MANY_REQUESTS'
  if (status >= 500) return status === 500 ? 'INTERNAL' : 'CLUSTER_UNREACHABLE'
  return 'BAD_INPUT'
}

const verbs: Record<string, string> = { GET: 'get', POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' }

/** What a path asks for, in RBAC's words: `list pods in namespace shop`. */
function describeRequest(
  method: string,
  path: string,
): { verb: string; resource: string; namespace?: string; name?: string } {
  const parts = path.split('?')[0]?.split('/').filter(Boolean) ?? []
  const rest = parts[0] === 'api' ? parts.slice(2) : parts.slice(3)
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2
  const [plural = path, name, subresource] = isNamespaced ? rest.slice(2) : rest
  const verb = method === 'GET' && name === undefined ? 'list' : (verbs[method] ?? method.toLowerCase())
  return {
    verb,
    resource: subresource === undefined ? plural : `${plural}/${subresource}`,
    ...(isNamespaced ? { namespace: rest[1] } : {}),
    ...(name === undefined ? {} : { name }),
  }
}

/** The ConsoleError for an answer that is not 2xx. */
export function apiError(answer: Answer): ConsoleError {
  const api = parseStatus(answer.body)
  const code = codeFor(answer.status, api)
  const asked = describeRequest(answer.method, answer.path)
  const said = shortened(sanitise(api.message ?? answer.body.slice(0, 500), { keepNewlines: true }).trim())
  return new ConsoleError(code, messageFor(code, asked, said, answer.why), {
    status: answer.status,
    reason: api.reason,
    said,
    ...asked,
    causes: api.details?.causes,
    retryAfterSeconds: retryAfterSeconds(answer.retryAfter) ?? api.details?.retryAfterSeconds,
  })
}

/** Characters of what a server says that a person reads; a message of 100 kB is no message any more. */
const readable = 2_000

const shortened = (text: string): string =>
  text.length <= readable ? text : `${text.slice(0, readable)}… (${text.length - readable} more characters)`

function messageFor(
  code: ErrorCode,
  asked: ReturnType<typeof describeRequest>,
  said: string,
  why: string | undefined,
): string {
  const place = asked.namespace === undefined ? '' : ` in namespace ${asked.namespace}`
  const named = asked.name === undefined ? '' : ` "${asked.name}"`
  const target = `${asked.resource}${named}${place}`
  const quote = said === '' ? '' : ` The API server says: ${said}`
  switch (code) {
    case 'UNAUTHENTICATED':
      return why === undefined
        ? `The cluster does not accept this sign-in. Renew the credentials of this context.${quote}`
        : `The cluster does not accept this sign-in: ${why}.${quote}`
    case 'FORBIDDEN':
      return `Your account may not ${asked.verb} ${target}. Ask the cluster's administrator for this right.${quote}`
    case 'NOT_FOUND':
      return `There is no ${target}.${quote}`
    case 'ALREADY_EXISTS':
      return `${target} already exists.${quote}`
    case 'CONFLICT':
      return `${target} was changed by someone else, or is not in a state that allows this. Load it again and retry.${quote}`
    case 'NAMESPACE_TERMINATING':
      return `The namespace ${asked.namespace ?? asked.name ?? ''} is being deleted, so nothing can be created in it. Wait until it is gone, or look at what holds it up.${quote}`
    case 'TOO_MANY_REQUESTS':
      return `The cluster refuses to ${asked.verb} ${target} for now. Try again later.${quote}`
    case 'EXPIRED':
      return `The cluster no longer has that state of ${asked.resource}. It must be read again.${quote}`
    case 'TIMEOUT':
      return `The cluster did not finish in time: ${asked.verb} ${target}.${quote}`
    case 'CLUSTER_UNREACHABLE':
      return `The cluster answers, but cannot serve ${target} now. Try again.${quote}`
    case 'BAD_INPUT':
      return `The cluster rejects this request to ${asked.verb} ${target}.${quote}`
    default:
      return `The API server failed to ${asked.verb} ${target}.${quote}`
  }
}

/** Seconds of a Retry-After header: a number or an HTTP date. */
function retryAfterSeconds(header: string | undefined, now: number = Date.now()): number | undefined {
  if (header === undefined || header === '') return undefined
  const seconds = Number(header)
  if (Number.isFinite(seconds)) return Math.max(0, seconds)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, (date - now) / 1000)
}
