import { createHash, randomBytes } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import { apiKeyPrefix } from '../common/authentication.ts'
import { permissionLevels, type PermissionLevel } from '../common/permissions.ts'
import { Problem } from '../common/problems.ts'
import type { Identity } from '../common/tokens.ts'
import type { Database } from './connection.ts'
import type { Tables } from './tables.ts'

export interface ApiKey {
  readonly id: string
  readonly name: string
  readonly permission: PermissionLevel
  /** The name of the user for whom it acts. */
  readonly createdBy: string
  readonly createdAt: string
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
  readonly isRevoked: boolean
}

export interface NewApiKey {
  readonly name: string
  readonly permission: PermissionLevel
  readonly createdBy: string
  readonly expiresAt?: string | undefined
}

/**
 * How long a verified key is believed. Revocation does not wait for it (the change feed tells, see `revocations.ts`); a creator who was
 * disabled, or holds less now, does. Milliseconds.
 */
const believedFor = 5_000
const rememberedKeys = 1_000
/** An identity that is kept open (a WebSocket) asks again after this time. Seconds. */
const longestUse = 86_400

const hashOf = (key: string) => createHash('sha256').update(key).digest('hex')

/** Makes a key. It is shown once, here: only its hash is stored. @throws Problem 409 when the name is taken */
export async function createApiKey(
  transaction: Transaction<Tables>,
  { name, permission, createdBy, expiresAt }: NewApiKey,
): Promise<{ readonly id: string; readonly key: string }> {
  const key = `${apiKeyPrefix}${randomBytes(32).toString('base64url')}`
  const row = await transaction
    .insertInto('archon_api_keys')
    .values({ name, permission, created_by: createdBy, key_hash: hashOf(key), expires_at: expiresAt ?? null })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('id')
    .executeTakeFirst()
  if (row === undefined) throw new Problem(409, 'name-taken', `There is an API key ${name} already.`)
  return { id: row.id, key }
}

/** Keys by name: those of one user, or all. */
export async function listApiKeys(database: Database | Transaction<Tables>, createdBy?: string): Promise<ApiKey[]> {
  let query = database
    .selectFrom('archon_api_keys as key')
    .innerJoin('archon_users as user', 'user.id', 'key.created_by')
    .select(['key.id', 'key.name', 'key.permission', 'key.created_at', 'key.expires_at', 'key.last_used_at'])
    .select(['key.revoked_at', 'user.name as creator'])
    .orderBy('key.name')
    .limit(1_000)
  if (createdBy !== undefined) query = query.where('key.created_by', '=', createdBy)
  return (await query.execute()).map((row) => ({
    id: row.id,
    name: row.name,
    permission: row.permission,
    createdBy: row.creator,
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at?.toISOString() ?? null,
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    isRevoked: row.revoked_at !== null,
  }))
}

/** Revokes a key: of one user, or anybody's. @returns its name @throws Problem 404 */
export async function revokeApiKey(transaction: Transaction<Tables>, id: string, createdBy?: string): Promise<string> {
  let query = transaction
    .updateTable('archon_api_keys')
    .set({ revoked_at: sql<Date>`coalesce(revoked_at, now())` })
    .where('id', '=', id)
  if (createdBy !== undefined) query = query.where('created_by', '=', createdBy)
  const row = await query.returning('name').executeTakeFirst()
  if (row === undefined) throw new Problem(404, 'no-such-key', 'You have no API key with this id.')
  return row.name
}

const weaker = (one: PermissionLevel, other: PermissionLevel) =>
  permissionLevels.indexOf(one) < permissionLevels.indexOf(other) ? one : other

/** Finds the identity behind a key; it never holds more than its creator does now. */
export function createApiKeyLookup(database: Database): (key: string) => Promise<Identity> {
  const known = new Map<string, { readonly identity: Identity; readonly until: number }>()

  const ask = async (hash: string): Promise<Identity> => {
    const row = await database
      .selectFrom('archon_api_keys as key')
      .innerJoin('archon_users as user', 'user.id', 'key.created_by')
      .select(['key.id', 'key.name', 'key.permission', 'key.expires_at', 'user.id as user_id'])
      .select('user.permission as held')
      .where('key.key_hash', '=', hash)
      .where('key.revoked_at', 'is', null)
      .where('user.disabled_at', 'is', null)
      .executeTakeFirst()
    if (row === undefined) throw new Error('There is no such API key, or it was revoked.')
    const now = Math.floor(Date.now() / 1000)
    const expiresAt = Math.min(Math.floor((row.expires_at?.getTime() ?? Infinity) / 1000), now + longestUse)
    // At most once a minute, whatever number of replicas sees it.
    await database
      .updateTable('archon_api_keys')
      .set({ last_used_at: sql<Date>`now()` })
      .where('id', '=', row.id)
      .where(sql<boolean>`(last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`)
      .execute()
    return {
      userId: row.user_id,
      name: `key:${row.name}`,
      permission: weaker(row.permission, row.held),
      sessionId: row.id,
      expiresAt,
      isApiKey: true,
    }
  }

  return async (key) => {
    const hash = hashOf(key)
    let found = known.get(hash)
    if (found === undefined || found.until < Date.now()) {
      known.delete(hash)
      found = { identity: await ask(hash), until: Date.now() + believedFor }
      known.set(hash, found)
      const oldest = known.keys().next()
      if (known.size > rememberedKeys && oldest.done !== true) known.delete(oldest.value)
    }
    if (found.identity.expiresAt * 1000 <= Date.now()) throw new Error('The API key has expired.')
    return found.identity
  }
}
