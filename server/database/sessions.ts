import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { PermissionLevel } from '../common/permissions.ts'
import type { Database } from './connection.ts'
import type { Tables } from './tables.ts'

/** Why a session ended, as the table says it. */
export type EndReason =
  | 'signed-out'
  | 'ended-by-user'
  | 'refresh-token-reused'
  | 'password-changed'
  | 'password-reset'
  | 'permission-changed'
  | 'user-disabled'
  | 'user-deleted'

export interface Session {
  readonly id: string
  readonly address: string
  readonly createdAt: string
  readonly expiresAt: string
}

export interface SessionLimits {
  /** How long a session lasts however often it is renewed. */
  readonly sessionSeconds: number
  /** How long one refresh token may wait for its use. */
  readonly refreshSeconds: number
}

export interface SessionUser {
  readonly id: string
  readonly name: string
  readonly permission: PermissionLevel
}

export interface OpenedSession {
  readonly sessionId: string
  /** 256 random bits; only its hash is stored. */
  readonly refreshToken: string
  readonly refreshExpiresAt: Date
}

export type Exchange =
  | ({ readonly outcome: 'renewed'; readonly user: SessionUser } & OpenedSession)
  /** It never was a token, has expired, or its session or user is no more. */
  | { readonly outcome: 'unknown' }
  /** Two hold the same token. The session was ended. */
  | { readonly outcome: 'reused'; readonly user: SessionUser; readonly sessionId: string }

/** A client whose answer got lost asks again within this time. Milliseconds. */
const retryWithin = 10_000
/** Ended and expired sessions are kept a while, so that a reused token is still recognised. */
const sweepAfter = sql`interval '7 days'`

const hashOf = (token: string) => createHash('sha256').update(token).digest('hex')

async function addRefreshToken(
  transaction: Transaction<Tables>,
  sessionId: string,
  { refreshSeconds }: SessionLimits,
  sessionEnd: Date,
): Promise<OpenedSession> {
  const refreshToken = randomBytes(32).toString('base64url')
  const refreshExpiresAt = new Date(Math.min(Date.now() + refreshSeconds * 1000, sessionEnd.getTime()))
  await transaction
    .insertInto('archon_refresh_tokens')
    .values({ token_hash: hashOf(refreshToken), session_id: sessionId, expires_at: refreshExpiresAt })
    .execute()
  return { sessionId, refreshToken, refreshExpiresAt }
}

/** Begins a session of a user who has just shown their password. */
export async function openSession(
  transaction: Transaction<Tables>,
  userId: string,
  address: string,
  limits: SessionLimits,
): Promise<OpenedSession> {
  const id = randomUUID()
  const expires_at = new Date(Date.now() + limits.sessionSeconds * 1000)
  await transaction.insertInto('archon_sessions').values({ id, user_id: userId, address, expires_at }).execute()
  return addRefreshToken(transaction, id, limits, expires_at)
}

/**
 * Exchanges a refresh token for the next one. A session has one live token at any time, so of two who hold the same token the slower one
 * presents a used token, and that ends the session for both.
 *
 * One exception, for a client whose answer was lost: a token that was used moments ago may be exchanged once more, if the token that it was
 * exchanged for has not been used. That token dies by it, so there is still only one: if it was a thief who asked, the other's next
 * exchange ends the session.
 */
export async function exchangeRefreshToken(
  transaction: Transaction<Tables>,
  token: string,
  limits: SessionLimits,
): Promise<Exchange> {
  const found = await transaction
    .selectFrom('archon_refresh_tokens as token')
    .innerJoin('archon_sessions as session', 'session.id', 'token.session_id')
    .innerJoin('archon_users as user', 'user.id', 'session.user_id')
    .select(['token.used_at', 'token.replaced_by', 'token.expires_at', 'session.id as session_id'])
    .select(['session.expires_at as session_end', 'session.revoked_at', 'user.disabled_at'])
    .select(['user.id as user_id', 'user.name', 'user.permission'])
    .where('token.token_hash', '=', hashOf(token))
    // The session is what is locked: exchanges of any of its tokens wait for each other.
    .forUpdate('session')
    .executeTakeFirst()
  if (found === undefined || found.revoked_at !== null || found.disabled_at !== null) return { outcome: 'unknown' }
  const user = { id: found.user_id, name: found.name, permission: found.permission }
  const { session_id: sessionId } = found

  // Read again: while this waited for the session, another exchange may have used the token.
  const fresh = await transaction
    .selectFrom('archon_refresh_tokens')
    .select(['used_at', 'replaced_by'])
    .where('token_hash', '=', hashOf(token))
    .executeTakeFirstOrThrow()
  if (fresh.used_at !== null && !(await isHonestRetry(transaction, fresh.used_at, fresh.replaced_by))) {
    await endSessions(transaction, [sessionId], 'refresh-token-reused')
    return { outcome: 'reused', user, sessionId }
  }
  const now = Date.now()
  if (found.expires_at.getTime() < now || found.session_end.getTime() < now) return { outcome: 'unknown' }

  const next = await addRefreshToken(transaction, sessionId, limits, found.session_end)
  if (fresh.used_at === null) {
    await transaction
      .updateTable('archon_refresh_tokens')
      .set({ used_at: new Date(), replaced_by: hashOf(next.refreshToken) })
      .where('token_hash', '=', hashOf(token))
      .execute()
  }
  return { outcome: 'renewed', user, ...next }
}

/** Whether the token was used moments ago for one that nobody has used; that one is used up by asking. */
async function isHonestRetry(
  transaction: Transaction<Tables>,
  usedAt: Date,
  replacedBy: string | null,
): Promise<boolean> {
  if (replacedBy === null || Date.now() - usedAt.getTime() > retryWithin) return false
  const { numUpdatedRows } = await transaction
    .updateTable('archon_refresh_tokens')
    .set({ used_at: new Date() })
    .where('token_hash', '=', replacedBy)
    .where('used_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Ends sessions that are open. @returns those that this call ended; pass them to `Revocations.note` after the commit */
export async function endSessions(
  transaction: Transaction<Tables>,
  ids: readonly string[],
  because: EndReason,
): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await transaction
    .updateTable('archon_sessions')
    .set({ revoked_at: new Date(), revoked_because: because })
    .where('id', 'in', ids)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

/** Ends all sessions of a user, but for one that may stay. */
export async function endSessionsOf(
  transaction: Transaction<Tables>,
  userId: string,
  because: EndReason,
  except?: string,
): Promise<string[]> {
  let query = transaction.selectFrom('archon_sessions').select('id').where('user_id', '=', userId)
  if (except !== undefined) query = query.where('id', '<>', except)
  const rows = await query.where('revoked_at', 'is', null).execute()
  return endSessions(
    transaction,
    rows.map(({ id }) => id),
    because,
  )
}

/** The open sessions of a user, newest first. */
export async function listSessions(database: Database, userId: string): Promise<Session[]> {
  const rows = await database
    .selectFrom('archon_sessions')
    .select(['id', 'address', 'created_at', 'expires_at'])
    .where('user_id', '=', userId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date())
    .orderBy('created_at', 'desc')
    .limit(200)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    address: row.address,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
  }))
}

/** Deletes sessions that have long been over, with their refresh tokens. @returns how many */
export async function sweepSessions(database: Database): Promise<number> {
  const { numDeletedRows } = await database
    .deleteFrom('archon_sessions')
    .where('expires_at', '<', sql<Date>`now() - ${sweepAfter}`)
    .executeTakeFirst()
  return Number(numDeletedRows)
}
