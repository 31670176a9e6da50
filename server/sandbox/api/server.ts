import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { Duplex } from 'node:stream'
import { createServerCertificate } from '#shared/certificates/certificate.ts'
import type { ApiContext } from './context.ts'
import { dispatchPath, dispatchResource, isPublic, noSuchPath, type Answer } from './dispatch.ts'
import { ApiError } from './errors.ts'
import { authenticate } from './identity/authenticate.ts'
import { impersonate } from './identity/impersonate.ts'
import type { User } from './podEndpoints.ts'
import { requireAccess } from './rbac/require.ts'
import { parseResourceRequest } from './requestInfo.ts'
import { upgradePod } from './upgrade.ts'

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

const hosts = ['127.0.0.1', '::1', 'localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc']

/** An unforeseen failure is a 500 with its message; its stack goes to the log. */
function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOSPC') {
    const message =
      'The disk that holds the sandbox is full. What was confirmed before is safe. Free some space and try again.'
    return new ApiError(507, 'InsufficientStorage', message)
  }
  console.error('sandbox API:', thrown)
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new ApiError(500, 'InternalError', `Internal error occurred: ${message}`)
}

async function answer(context: ApiContext, incoming: IncomingMessage, response: ServerResponse): Promise<Answer> {
  const url = new URL(incoming.url ?? '/', 'https://sandbox')
  const { pathname: path, searchParams: query } = url
  const method = incoming.method ?? 'GET'
  if (isPublic(path)) return dispatchPath(context, { incoming, response, path, query, user: anonymous })
  const asker = authenticate(incoming.headers, context.credentials, context.store)
  const user = impersonate(incoming, asker, context.store)
  const request = { incoming, response, path, query, user }
  const info = parseResourceRequest(method, path, query)
  if (info === undefined) {
    requireAccess(context.store, user, { verb: method === 'HEAD' ? 'get' : method.toLowerCase(), path })
    if (method !== 'GET' && method !== 'HEAD') throw noSuchPath()
    return dispatchPath(context, request)
  }
  const reply = await dispatchResource(context, request, info)
  // What a client is told was written is on disk.
  if (!['get', 'list', 'watch'].includes(info.verb)) await context.store.flush()
  return reply
}

function send(response: ServerResponse, code: number, body: object, headers: Record<string, string> = {}): void {
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const text = JSON.stringify(body)
  response.writeHead(code, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-cache, private',
    ...headers,
  })
  response.end(text)
}

async function handle(context: ApiContext, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const reply = await answer(context, incoming, response)
    if (reply !== 'answered') send(response, reply.code, reply.body, reply.headers)
  } catch (thrown) {
    // The client left in the middle of its request: there is nobody to answer.
    if (incoming.destroyed && !incoming.complete) return
    const error = asApiError(thrown)
    const retry = error.details?.retryAfterSeconds
    send(response, error.code, error.toStatus(), retry === undefined ? {} : { 'retry-after': String(retry) })
  } finally {
    // A body nobody read would block the connection's next request.
    incoming.resume()
  }
}

/** The API server over TLS. Not listening yet. */
export function createApiServer(context: ApiContext): Server {
  const { key, certificate } = createServerCertificate(context.credentials.authority, 'kube-apiserver', hosts)
  const server = createServer({ key, cert: certificate, ALPNProtocols: ['http/1.1'] })
  // Watches and followed logs are silent for as long as nothing happens.
  server.requestTimeout = 0
  server.keepAliveTimeout = 120_000
  server.on('request', (incoming, response) => void handle(context, incoming, response))
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgradePod(context, incoming, socket, head)
  })
  return server
}
