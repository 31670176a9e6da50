import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Agent, request as send } from 'undici'
import { Problem } from '../common/problems.ts'
import { traceHeaders } from '../common/telemetry.ts'

/** Headers that belong to one connection (RFC 9110, 7.6.1), and those that we set ourselves. */
const ownHeaders = new Set([
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authorization',
])
const replaced = new Set([
  ...ownHeaders,
  'host',
  'content-length',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-request-id',
  'expect',
])

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

function passedOn(request: FastifyRequest): Record<string, string> {
  // The protocol tells the backend whether its cookies can be `Secure`.
  const headers: Record<string, string> = {
    'x-forwarded-for': request.ip,
    'x-forwarded-proto': request.protocol,
    'x-request-id': request.id,
  }
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === 'string' && !replaced.has(name)) headers[name] = value
  }
  // The backend's span becomes a child of ours; without traces the caller's header stays.
  return { ...headers, ...traceHeaders() }
}

/** Passes /api on to the backend, so that the page needs one address and no cross-origin rules. */
export function proxyApi(app: FastifyInstance, backend: string): void {
  const agent = new Agent({ connections: 64, connectTimeout: 5_000, headersTimeout: 30_000, bodyTimeout: 30_000 })
  app.addHook('onClose', () => agent.close())

  const forward = async (request: FastifyRequest, reply: FastifyReply) => {
    // The path only: an absolute URL in the request line must not choose another target.
    const target = new URL(backend)
    const [path = '/', ...query] = request.url.split('?')
    target.pathname = path
    target.search = query.join('?')
    if (!target.pathname.startsWith('/api/'))
      throw new Problem(404, 'no-such-route', 'There is nothing at this address.')
    const body = Buffer.isBuffer(request.body) && request.body.length > 0 ? request.body : null
    const answer = await send(target, {
      method: request.method as (typeof methods)[number],
      headers: passedOn(request),
      body,
      dispatcher: agent,
    }).catch((error: unknown) => {
      request.log.warn({ err: error }, 'the backend did not answer')
      throw new Problem(502, 'backend-unavailable', 'The backend did not answer. Try again shortly.', {
        'retry-after': '1',
      })
    })
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined && !ownHeaders.has(name) && name !== 'x-request-id') reply.header(name, value)
    }
    return reply.status(answer.statusCode).send(answer.body)
  }

  app.register((api, _options, done) => {
    // Bodies pass through as they are; the backend is the one that checks them.
    api.removeAllContentTypeParsers()
    api.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body)
    })
    api.route({ method: [...methods], url: '/api/*', exposeHeadRoute: false, handler: forward })
    done()
  })
}
