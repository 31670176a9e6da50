import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../common/problems.ts'

const name = 'agency_swarm_refresh'
const form = /^[\w-]{43}$/

/**
 * The refresh token as a cookie that no script can read. Only /api/auth/refresh takes a cookie for anything, so another site could at most
 * have it exchanged; and it cannot: SameSite=Strict keeps the cookie at home, the body must be JSON, for which a browser asks permission
 * first and gets none (there is no CORS), and what browsers say about the origin is checked below. Every other route wants the access
 * token in a header, which no browser adds by itself.
 */
export function sendRefreshCookie(request: FastifyRequest, reply: FastifyReply, token: string, expiresAt: Date): void {
  const seconds = Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1000))
  reply.header('set-cookie', cookie(request, token, seconds))
}

export function clearRefreshCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.header('set-cookie', cookie(request, '', 0))
}

function cookie(request: FastifyRequest, value: string, seconds: number): string {
  // A port-forward is plain HTTP, where a Secure cookie would be dropped. Behind TLS the trusted proxy says so.
  const secure = request.protocol === 'https' ? '; Secure' : ''
  return `${name}=${value}; Path=/api/auth; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`
}

/** @throws Problem 401 without exactly one such cookie, 403 when another site's page sent it */
export function readRefreshCookie(request: FastifyRequest): string {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    throw new Problem(403, 'origin-not-allowed', 'Only the page of this service may renew its session.')
  }
  const values = (request.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  const [value] = values
  // A second one was planted, from a neighbouring host or for another path: nobody can tell which is ours.
  if (value === undefined || values.length > 1 || !form.test(value)) {
    throw new Problem(401, 'not-signed-in', 'There is no session to renew. Sign in again.')
  }
  return value
}
