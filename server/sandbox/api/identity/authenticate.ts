import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import type { Store } from '../../store/types.ts'
import { ApiError } from '../errors.ts'
import type { User } from '../podEndpoints.ts'
import type { Credentials } from './credentials.ts'
import { userOfToken } from './serviceAccountToken.ts'

const admin: User = { name: 'sandbox-admin', groups: ['system:masters', 'system:authenticated'] }
const viewer: User = { name: 'sandbox-viewer', groups: ['sandbox:viewers', 'system:authenticated'] }

const same = (given: string, expected: string): boolean => {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)]
  return one.length === other.length && timingSafeEqual(one, other)
}

/** Browser code cannot set headers on a WebSocket: Kubernetes takes the token as a subprotocol as well. */
function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer !== undefined) return bearer.trim()
  const protocol = /base64url\.bearer\.authorization\.k8s\.io\.([\w-]+)/.exec(
    headers['sec-websocket-protocol'] ?? '',
  )?.[1]
  return protocol === undefined ? undefined : Buffer.from(protocol, 'base64url').toString()
}

/** The user a request's bearer token stands for; 401 Unauthorized without one that is good. */
export function authenticate(headers: IncomingHttpHeaders, credentials: Credentials, store: Store): User {
  const token = tokenOf(headers)
  if (token !== undefined) {
    if (same(token, credentials.adminToken)) return admin
    if (same(token, credentials.viewerToken)) return viewer
    const account = userOfToken(token, credentials.tokenSecret, store)
    if (account !== undefined) return account
  }
  throw new ApiError(401, 'Unauthorized', 'Unauthorized')
}
