import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { isPermitted, type PermissionLevel } from './permissions.ts'
import { Problem } from './problems.ts'
import type { Identity, Tokens } from './tokens.ts'

const identities = new WeakMap<FastifyRequest, Identity>()

const unauthenticated = () =>
  new Problem(401, 'not-signed-in', 'A valid bearer token is needed. Sign in and try again.', {
    'www-authenticate': 'Bearer realm="agency-swarm"',
  })

/** The token of an `Authorization: Bearer <token>` header, and nothing that only resembles one. */
function bearerToken(request: FastifyRequest): string {
  const match = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(request.headers.authorization ?? '')
  if (match?.[1] === undefined) throw unauthenticated()
  return match[1]
}

/** A hook that lets a request pass when its token is valid and holds at least the permission. */
export function requirePermission(tokens: Tokens, required: PermissionLevel): onRequestAsyncHookHandler {
  return async (request) => {
    const token = bearerToken(request)
    const identity = await tokens.verify(token).catch((error: unknown) => {
      request.log.info({ reason: error instanceof Error ? error.message : String(error) }, 'token refused')
      throw unauthenticated()
    })
    if (!isPermitted(identity.permission, required)) {
      throw new Problem(403, 'not-permitted', `This needs the permission ${required}; yours is ${identity.permission}.`)
    }
    identities.set(request, identity)
  }
}

/** Who sent a request that passed `requirePermission`. */
export function identityOf(request: FastifyRequest): Identity {
  const identity = identities.get(request)
  if (identity === undefined) throw unauthenticated()
  return identity
}
