import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../common/problems.ts'

/** The strong ETag of an answer's bytes. */
function etagOf(payload: string | Buffer): string {
  return `"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`
}

const weaklyEqual = (header: string, etag: string) =>
  header === '*' || header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag)

/** ETags on every GET that answers 200, and 304 for a caller that has it already (RFC 9110, 13.1.2). */
export function addEtags(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.method !== 'GET' || reply.statusCode !== 200 || typeof payload !== 'string') {
      done(null, payload)
      return
    }
    const etag = etagOf(payload)
    reply.header('etag', etag)
    reply.header('cache-control', 'private, no-cache')
    const known = request.headers['if-none-match']
    if (known === undefined || !weaklyEqual(known, etag)) {
      done(null, payload)
      return
    }
    reply.status(304).removeHeader('content-type')
    done(null, '')
  })
}

/**
 * Refuses a change that was made from an old representation. The caller sends the ETag of the GET as If-Match; without the header there is
 * nothing to compare.
 * @throws Problem 412
 */
export function requireMatch(request: FastifyRequest, current: string): void {
  const given = request.headers['if-match']
  if (given === undefined || weaklyEqual(given, etagOf(current))) return
  throw new Problem(
    412,
    'changed-meanwhile',
    'It was changed since you read it. Nothing was stored; read it again and repeat your change.',
  )
}
