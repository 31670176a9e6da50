import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { hashPassword, isPassword } from '../common/passwords.ts'
import { CommittedProblem, Problem } from '../common/problems.ts'
import type { Identity } from '../common/tokens.ts'
import {
  endSessions,
  endSessionsOf,
  exchangeRefreshToken,
  openSession,
  type OpenedSession,
  type SessionUser,
} from '../database/sessions.ts'
import { beginSignIn, settleSignIn } from '../database/signIns.ts'
import { setPassword } from '../database/users.ts'
import type { ApiContext } from './context.ts'
import {
  newPassword,
  password,
  permission,
  refreshToken,
  signedIn,
  tokenDelivery,
  userName,
} from './identitySchemas.ts'
import { clearRefreshCookie, readRefreshCookie, sendRefreshCookie } from './refreshCookie.ts'
import { auditOf, read, write, type Route } from './route.ts'

const tag = 'authentication'
/** Each costs about 40 ms of a processor, and 19 MiB for as long. */
const signInsPerMinute = 60

const wrongCredentials = () =>
  new CommittedProblem(
    401,
    'wrong-credentials',
    'The name or the password is not right. After many failures an account pauses for up to 15 minutes, and then no password is right; an administrator can unlock it.',
  )

const limits = ({ configuration }: ApiContext) => ({
  sessionSeconds: configuration.SESSION_LIFETIME_SECONDS,
  refreshSeconds: configuration.REFRESH_LIFETIME_SECONDS,
})

interface Delivery {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly tokenDelivery: 'body' | 'cookie'
}

/** The answer that opens or renews a session. */
async function answer(
  { configuration, tokens }: ApiContext,
  user: SessionUser,
  { sessionId, refreshToken: token, refreshExpiresAt }: OpenedSession,
  { request, reply, tokenDelivery: delivery }: Delivery,
) {
  const lifetime = configuration.TOKEN_LIFETIME_SECONDS
  const identity = { userId: user.id, sessionId, name: user.name, permission: user.permission }
  const accessToken = await tokens.issue(identity, lifetime)
  reply.header('cache-control', 'no-store')
  if (delivery === 'cookie') sendRefreshCookie(request, reply, token, refreshExpiresAt)
  return {
    ...identity,
    token: accessToken,
    expiresAt: new Date(Date.now() + lifetime * 1000).toISOString(),
    refreshExpiresAt: refreshExpiresAt.toISOString(),
    ...(delivery === 'body' ? { refreshToken: token } : {}),
  }
}

/** What belongs to a person at a session is not for a machine with a key. @throws Problem 403 */
export function requireSession(identity: Identity): void {
  if (identity.isApiKey !== true) return
  throw new Problem(403, 'not-a-session', 'An API key has no session and no password. Sign in as a user for this.')
}

const signIn = write({
  method: 'POST',
  url: '/auth/login',
  id: 'signIn',
  tag,
  summary: 'Sign in with name and password',
  permission: 'public',
  requestsPerMinute: signInsPerMinute,
  body: z.object({ name: userName, password, tokenDelivery }),
  response: signedIn,
  audit: {
    event: 'login',
    details: (_exchange, { sessionId }) => ({ sessionId }),
    actor: ({ body }) => body.name,
  },
  prepare: async ({ body, request }, { database, loginLimit }) => {
    const limitKey = `${request.ip} ${body.name}`
    loginLimit.begin(limitKey)
    const { user, isAdmitted } = await beginSignIn(database, body.name, request.ip)
    // Compared in any case, so that the time of the answer tells nothing.
    const isRight = await isPassword(user?.password_hash, body.password)
    if (!isRight || !isAdmitted) return undefined
    loginLimit.succeed(limitKey)
    return user
  },
  handle: async ({ body, request, reply, transaction }, context, user) => {
    if (user === undefined || !(await settleSignIn(transaction, user))) {
      await auditOf(request, transaction, { event: 'login.refused', actor: body.name, details: {} })
      throw wrongCredentials()
    }
    const opened = await openSession(transaction, user.id, request.ip, limits(context))
    return answer(context, user, opened, { request, reply, tokenDelivery: body.tokenDelivery })
  },
})

const renew = write({
  method: 'POST',
  url: '/auth/refresh',
  id: 'renewSession',
  tag,
  summary: 'Exchange a refresh token for a new access token and the next refresh token',
  permission: 'public',
  requestsPerMinute: signInsPerMinute,
  body: z.object({ refreshToken: refreshToken.optional().describe('Unless it is in the cookie.'), tokenDelivery }),
  response: signedIn,
  audit: {
    event: 'session.renewed',
    details: (_exchange, { sessionId }) => ({ sessionId }),
    actor: (_exchange, { name }) => name,
  },
  handle: async ({ body, request, reply, transaction, afterCommit }, context) => {
    // A token in the cookie never comes out in a body: scripts of the page could read it there.
    const token = body.tokenDelivery === 'cookie' ? readRefreshCookie(request) : body.refreshToken
    if (token === undefined) throw new Problem(400, 'invalid-request', 'The refresh token is missing.')
    const exchange = await exchangeRefreshToken(transaction, token, limits(context))
    if (exchange.outcome === 'renewed') {
      return answer(context, exchange.user, exchange, { request, reply, tokenDelivery: body.tokenDelivery })
    }
    if (exchange.outcome === 'reused') {
      const { sessionId, user } = exchange
      const entry = { event: 'session.refresh-token-reused', actor: user.name, details: { sessionId } }
      await auditOf(request, transaction, entry)
      afterCommit(() => context.revocations.note([sessionId]))
    }
    throw new CommittedProblem(401, 'not-signed-in', 'The session cannot be renewed. Sign in again.')
  },
})

const signOut = write({
  method: 'POST',
  url: '/auth/logout',
  id: 'signOut',
  tag,
  summary: 'End this session; its tokens are refused from now on',
  permission: 'read_only',
  audit: { event: 'logout', details: () => ({ everywhere: false }) },
  handle: async ({ identity, request, reply, transaction, afterCommit }, { revocations }) => {
    requireSession(identity)
    await endSessions(transaction, [identity.sessionId], 'signed-out')
    clearRefreshCookie(request, reply)
    afterCommit(() => revocations.note([identity.sessionId]))
    return undefined
  },
})

const signOutEverywhere = write({
  method: 'POST',
  url: '/auth/logout-everywhere',
  id: 'signOutEverywhere',
  tag,
  summary: 'End all of your sessions; API keys stay',
  permission: 'read_only',
  audit: { event: 'logout', details: () => ({ everywhere: true }) },
  handle: async ({ identity, request, reply, transaction, afterCommit }, { revocations }) => {
    requireSession(identity)
    const ended = await endSessionsOf(transaction, identity.userId, 'signed-out')
    clearRefreshCookie(request, reply)
    afterCommit(() => revocations.note(ended))
    return undefined
  },
})

const changePassword = write({
  method: 'POST',
  url: '/auth/password',
  id: 'changePassword',
  tag,
  summary: 'Change your password; your other sessions end',
  permission: 'read_only',
  requestsPerMinute: 20,
  body: z.object({ oldPassword: password, newPassword }),
  audit: { event: 'password.changed', details: () => ({}) },
  prepare: async ({ body, identity }, { database, loginLimit }) => {
    requireSession(identity)
    const limitKey = `password of ${identity.userId}`
    loginLimit.begin(limitKey)
    const user = await database
      .selectFrom('archon_users')
      .select(['id', 'password_hash'])
      .where('id', '=', identity.userId)
      .executeTakeFirst()
    if (user === undefined || !(await isPassword(user.password_hash, body.oldPassword))) return undefined
    loginLimit.succeed(limitKey)
    return { user, passwordHash: await hashPassword(body.newPassword) }
  },
  handle: async ({ identity, request, transaction, afterCommit }, { revocations }, prepared) => {
    if (prepared === undefined || !(await settleSignIn(transaction, prepared.user))) {
      const entry = { event: 'password.change-refused', actor: identity.name, details: {} }
      await auditOf(request, transaction, entry)
      throw new CommittedProblem(403, 'wrong-password', 'The current password is incorrect.')
    }
    const { userId, sessionId } = identity
    const changed = await setPassword(transaction, userId, prepared.passwordHash, 'password-changed', sessionId)
    afterCommit(() => revocations.note(changed.endedSessions))
    return undefined
  },
})

const whoAmI = read({
  url: '/me',
  id: 'getMe',
  tag,
  summary: 'Who you are to this service',
  permission: 'read_only',
  response: z.object({ id: z.uuid(), name: z.string(), permission, sessionId: z.uuid(), isApiKey: z.boolean() }),
  handle: ({ identity }) => ({
    id: identity.userId,
    name: identity.name,
    permission: identity.permission,
    sessionId: identity.sessionId,
    isApiKey: identity.isApiKey === true,
  }),
})

/** Signing in, staying signed in, signing out. */
export const authenticationRoutes: readonly Route[] = [
  signIn,
  renew,
  signOut,
  signOutEverywhere,
  changePassword,
  whoAmI,
]
