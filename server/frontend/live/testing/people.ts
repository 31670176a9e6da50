import { randomUUID } from 'node:crypto'
import { createTokens } from '../../../common/tokens.ts'
import type { PermissionLevel } from '../../../common/permissions.ts'
import type { Database } from '../../../database/connection.ts'
import { jwtSecret } from '../../../testing/environment.ts'

export interface Person {
  readonly userId: string
  readonly sessionId: string
  /** A token of this session. */
  readonly token: (lifetimeSeconds?: number) => Promise<string>
}

/** A new user with a session, as signing in makes it. */
export async function signedInPerson(database: Database, permission: PermissionLevel = 'operator'): Promise<Person> {
  const name = `person-${randomUUID()}`
  const values = { name, permission, password_hash: 'nobody signs in with it' }
  const { id: userId } = await database
    .insertInto('archon_users')
    .values(values)
    .returning('id')
    .executeTakeFirstOrThrow()
  const sessionId = randomUUID()
  const expires_at = new Date(Date.now() + 3_600_000)
  await database
    .insertInto('archon_sessions')
    .values({ id: sessionId, user_id: userId, address: '127.0.0.1', expires_at })
    .execute()
  const tokens = createTokens({ current: jwtSecret })
  return {
    userId,
    sessionId,
    token: (lifetimeSeconds = 600) => tokens.issue({ userId, sessionId, name, permission }, lifetimeSeconds),
  }
}
