import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify'
import { isPermitted, type PermissionLevel } from './permissions.ts'
import { Problem } from './problems.ts'
import type { Identity, Tokens } from './tokens.ts'

/** Says whose token it is. @throws when it is nobody's; a Problem when that cannot be told right now */
export type Verifier = Pick<Tokens, 'verify'>

/** What begins an API key, so that scanners of source code and logs find a leaked one. */
export const apiKeyPrefix = 'ask_'

export interface VerifierParts {
  readonly tokens: Tokens
  /** Whether a session or an API key was ended. @throws when that cannot be told */
  readonly isEnded: (sessionId: string) => boolean | Promise<boolean>
  /** The identity behind an API key. @throws when there is none */
  readonly findApiKey: (key: string) => Promise<Identity>
}

/** Access tokens and API keys, refused from the moment their session or key is ended. */
export function createVerifier({ tokens, isEnded, findApiKey }: VerifierParts): Tokens {
  return {
    issue: tokens.issue,
    verify: async (token) => {
      const identity = token.startsWith(apiKeyPrefix) ? await findApiKey(token) : await tokens.verify(token)
      // Not awaited where the answer is in memory: this runs with every request.
      const answer = isEnded(identity.sessionId)
      if (typeof answer === 'boolean' ? answer : await answer) throw new Error('The session was ended.')
      return identity
    },
  }
}

const identities = new WeakMap<FastifyRequest, Identity>()

const unauthenticated = () =>
  new Problem(401, 'not-signed-in', 'A valid bearer token is needed. Sign in and try again.', {
    'www-authenticate': 'Bearer realm="agency-swarm"',
  })

/** The token of an `Authorization: Bearer <token>` header, and nothing that only resembles one. */
function bearerToken(request: FastifyRequest): string {
  const match = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+|ask_[\w-]{43})$/i.exec(request.headers.authorization ?? '')
  if (match?.[1] === undefined) throw unauthenticated()
  return match[1]
}

/** Who sent a request. @throws Problem 401, or 503 when that cannot be told right now */
export async function authenticate(verifier: Verifier, request: FastifyRequest): Promise<Identity> {
  const token = bearerToken(request)
  const identity = await verifier.verify(token).catch((error: unknown) => {
    if (error instanceof Problem) throw error
    request.log.info({ reason: error instanceof Error ? error.message : String(error) }, 'token refused')
    throw unauthenticated()
  })
  identities.set(request, identity)
  return identity
}

/** A hook that lets a request pass when its token is valid and holds at least the permission. */
export function requirePermission(verifier: Verifier, required: PermissionLevel): onRequestAsyncHookHandler {
  return async (request) => {
    const { permission } = await authenticate(verifier, request)
    if (!isPermitted(permission, required)) {
      throw new Problem(403, 'not-permitted', `This needs the permission ${required}; yours is ${permission}.`)
    }
  }
}

/** Who sent a request that passed `requirePermission`, where one did. */
export function knownIdentity(request: FastifyRequest): Identity | undefined {
  return identities.get(request)
}

/** Who sent a request that passed `requirePermission`. @throws Problem 401 */
export function identityOf(request: FastifyRequest): Identity {
  const identity = identities.get(request)
  if (identity === undefined) throw unauthenticated()
  return identity
}
