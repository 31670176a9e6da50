import type { AuthInfo } from '@modelcontextprotocol/sdk/server/auth/types.js'
import type { FastifyRequest } from 'fastify'
import { identityOf } from '../common/authentication.ts'
import type { Identity } from '../common/tokens.ts'

/** Who sent the message that is being answered: of this request, not of the one that opened the session. */
export interface Caller {
  readonly identity: Identity
  readonly address: string
  readonly requestId: string
}

const callers = new WeakMap<AuthInfo, Caller>()

/** What the SDK carries from a request to the handler of its message. It holds no token, so that none can be passed on. */
export function authInfoOf(request: FastifyRequest): AuthInfo {
  const identity = identityOf(request)
  const authInfo: AuthInfo = { token: '', clientId: identity.userId, scopes: [identity.permission] }
  callers.set(authInfo, { identity, address: request.ip, requestId: request.id })
  return authInfo
}

/** @throws Error when a message came without a request that was checked */
export function callerOf(authInfo: AuthInfo | undefined): Caller {
  const caller = authInfo === undefined ? undefined : callers.get(authInfo)
  if (caller === undefined) throw new Error('A message arrived without a checked request.')
  return caller
}
