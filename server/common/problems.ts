import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { isDatabaseAway } from './databaseAway.ts'

/** A refusal with a stable code, sent as RFC 9457 `application/problem+json`. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly status: number
  readonly code: string
  readonly headers: Readonly<Record<string, string>>

  /** @param detail a whole sentence for people; it reaches the caller, so it never holds a secret */
  constructor(
    status: number,
    code: string,
    detail: string,
    headers: Record<string, string> = {},
    options: ErrorOptions = {},
  ) {
    super(detail, options)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** A refusal that is itself a fact to keep: what its write route has stored is committed, then the caller is refused. */
export class CommittedProblem extends Problem {}

interface ProblemBody {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly requestId: string
  readonly errors?: readonly { readonly field: string; readonly message: string }[]
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  412: 'Changed by someone else',
  413: 'Too large',
  415: 'Unsupported media type',
  429: 'Too many requests',
  502: 'Bad gateway',
  503: 'Unavailable',
}

function body(request: FastifyRequest, status: number, code: string, detail: string): ProblemBody {
  const title = titles[status] ?? (status < 500 ? 'Request refused' : 'Internal error')
  return { type: `urn:agency-swarm:problem:${code}`, title, status, code, detail, requestId: request.id }
}

function describe(error: FastifyError | Problem, request: FastifyRequest): ProblemBody {
  if (error instanceof Problem) return body(request, error.status, error.code, error.message)
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map((issue) => ({
      field: `${error.validationContext ?? 'request'}${issue.instancePath}`,
      message: issue.message ?? 'is not valid',
    }))
    return { ...body(request, 400, 'invalid-request', 'The request does not match its schema.'), errors }
  }
  if (isDatabaseAway(error)) {
    return body(request, 503, 'database-unavailable', 'The database cannot be reached right now. Try again shortly.')
  }
  const status = error.statusCode ?? 500
  // The text of an unforeseen error may hold SQL, paths or secrets: it stays in the log.
  if (status >= 500) return body(request, status, 'internal-error', 'The request failed. The log holds the reason.')
  return body(request, status, 'request-refused', error.message)
}

export function sendProblem(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = describe(error, request)
  if (problem.status >= 500) request.log.error({ err: error, code: problem.code }, 'request failed')
  if (error instanceof Problem) reply.headers(error.headers)
  if (problem.status === 503) reply.header('retry-after', '1')
  return reply.status(problem.status).type('application/problem+json').send(problem)
}

export function sendNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(new Problem(404, 'no-such-route', 'There is nothing at this address.'), request, reply)
}
