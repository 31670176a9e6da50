import { sql, type Selectable, type Transaction } from 'kysely'
import type { PermissionLevel } from '../common/permissions.ts'
import { Problem } from '../common/problems.ts'
import type { Database } from './connection.ts'
import { locks } from './locks.ts'
import { endSessionsOf, type EndReason } from './sessions.ts'
import type { Tables } from './tables.ts'

export interface User {
  readonly id: string
  readonly name: string
  readonly permission: PermissionLevel
  readonly tenant: string
  readonly isDisabled: boolean
  /** Until when signing in is refused, or null. */
  readonly lockedUntil: string | null
  readonly createdAt: string
}

const noSuchUser = () => new Problem(404, 'no-such-user', 'There is no user with this id.')

function asUser(row: Selectable<Tables['archon_users']>): User {
  const { id, name, permission, tenant, disabled_at, locked_until, created_at } = row
  const isLocked = locked_until !== null && locked_until.getTime() > Date.now()
  return {
    id,
    name,
    permission,
    tenant,
    isDisabled: disabled_at !== null,
    lockedUntil: isLocked ? locked_until.toISOString() : null,
    createdAt: created_at.toISOString(),
  }
}

/** Users by name. */
export async function listUsers(
  database: Database,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<User[]> {
  let query = database.selectFrom('archon_users').selectAll().orderBy('name').limit(limit)
  if (after !== undefined) query = query.where('name', '>', after)
  return (await query.execute()).map(asUser)
}

/** @throws Problem 404 */
export async function findUser(database: Database | Transaction<Tables>, id: string): Promise<User> {
  const row = await database.selectFrom('archon_users').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw noSuchUser()
  return asUser(row)
}

export interface NewUser {
  readonly name: string
  readonly passwordHash: string
  readonly permission: PermissionLevel
  readonly tenant: string
}

/** @throws Problem 409 when the name is taken, 404 when there is no such tenant */
export async function createUser(transaction: Transaction<Tables>, user: NewUser): Promise<User> {
  const { name, passwordHash: password_hash, permission, tenant } = user
  await requireTenant(transaction, tenant)
  const row = await transaction
    .insertInto('archon_users')
    .values({ name, password_hash, permission, tenant })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) throw new Problem(409, 'name-taken', `There is a user ${name} already.`)
  return asUser(row)
}

async function requireTenant(transaction: Transaction<Tables>, tenant: string): Promise<void> {
  const found = await transaction.selectFrom('archon_tenants').select('name').where('name', '=', tenant).execute()
  if (found.length === 0) throw new Problem(404, 'no-such-tenant', `There is no tenant ${tenant}.`)
}

export interface UserChange {
  readonly permission?: PermissionLevel | undefined
  readonly isDisabled?: boolean | undefined
  readonly tenant?: string | undefined
}

export interface ChangedUser {
  readonly user: User
  /** Sessions that ended with the change. */
  readonly endedSessions: readonly string[]
}

/**
 * Changes a user. Another permission, and disabling, end the user's sessions: their access tokens say what was true before.
 * @throws Problem 404, and 409 when no administrator would be left
 */
export async function changeUser(
  transaction: Transaction<Tables>,
  id: string,
  change: UserChange,
): Promise<ChangedUser> {
  const before = await lockUser(transaction, id)
  const { permission = before.permission, tenant = before.tenant } = change
  const { isDisabled = before.disabled_at !== null } = change
  if (permission !== 'administrator' || isDisabled) await requireOtherAdministrator(transaction, id)
  if (tenant !== before.tenant) await requireTenant(transaction, tenant)
  const row = await transaction
    .updateTable('archon_users')
    .set({
      permission,
      tenant,
      disabled_at: isDisabled ? (before.disabled_at ?? new Date()) : null,
      updated_at: new Date(),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const because: EndReason | undefined = isDisabled
    ? 'user-disabled'
    : permission === before.permission
      ? undefined
      : 'permission-changed'
  const endedSessions = because === undefined ? [] : await endSessionsOf(transaction, id, because)
  return { user: asUser(row), endedSessions }
}

async function lockUser(transaction: Transaction<Tables>, id: string): Promise<Selectable<Tables['archon_users']>> {
  const row = await transaction
    .selectFrom('archon_users')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) throw noSuchUser()
  return row
}

/** Two administrators who remove each other at the same time wait here for each other; the second finds itself the last. */
async function requireOtherAdministrator(transaction: Transaction<Tables>, id: string): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${locks.administrators})`.execute(transaction)
  const administrators = await transaction
    .selectFrom('archon_users')
    .select('id')
    .where('permission', '=', 'administrator')
    .where('disabled_at', 'is', null)
    .execute()
  const isLast = administrators.length === 1 && administrators[0]?.id === id
  if (!isLast) return
  throw new Problem(
    409,
    'last-administrator',
    'This is the last administrator. Make another user an administrator first.',
  )
}

/** Deletes a user with sessions and API keys; what they submitted stays, without a name. @throws Problem 404, 409 */
export async function deleteUser(transaction: Transaction<Tables>, id: string): Promise<ChangedUser> {
  const before = await lockUser(transaction, id)
  await requireOtherAdministrator(transaction, id)
  const sessions = await endSessionsOf(transaction, id, 'user-deleted')
  // Revoked before they go, because that is what the change feed tells the other replicas.
  const keys = await transaction
    .updateTable('archon_api_keys')
    .set({ revoked_at: new Date() })
    .where('created_by', '=', id)
    .where('revoked_at', 'is', null)
    .returning('id')
    .execute()
  await transaction.deleteFrom('archon_users').where('id', '=', id).execute()
  return { user: asUser(before), endedSessions: [...sessions, ...keys.map((key) => key.id)] }
}

/** Lets a locked user sign in again at once. @throws Problem 404 */
export async function unlockUser(transaction: Transaction<Tables>, id: string): Promise<User> {
  const row = await transaction
    .updateTable('archon_users')
    .set({ failed_sign_ins: 0, locked_until: null, updated_at: new Date() })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) throw noSuchUser()
  return asUser(row)
}

/** Sets a password, unlocks, and ends the user's sessions but for one that may stay. @throws Problem 404 */
export async function setPassword(
  transaction: Transaction<Tables>,
  id: string,
  passwordHash: string,
  because: EndReason,
  exceptSession?: string,
): Promise<ChangedUser> {
  const now = new Date()
  const row = await transaction
    .updateTable('archon_users')
    .set({ password_hash: passwordHash, password_changed_at: now, updated_at: now })
    .set({ failed_sign_ins: 0, locked_until: null })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()
  if (row === undefined) throw noSuchUser()
  return { user: asUser(row), endedSessions: await endSessionsOf(transaction, id, because, exceptSession) }
}
