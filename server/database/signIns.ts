import { sql, type Selectable, type Transaction } from 'kysely'
import type { Database } from './connection.ts'
import type { Tables } from './tables.ts'

/** Failures in a row after which an account pauses. More than one address may have, so that a forgetful person meets that limit first. */
const failuresBeforePause = 10
const firstPauseSeconds = 30
/** Each further failure doubles the pause, up to here: nobody is locked out for longer by what others do. */
const longestPauseSeconds = 900
/** Where a user has signed in within this time, the pause of the account does not hold. */
const knownAddressFor = sql`interval '30 days'`

/** How long an account pauses after this many failures in a row. Seconds; 0 means not at all. */
export function pauseAfter(failures: number): number {
  if (failures < failuresBeforePause) return 0
  return Math.min(firstPauseSeconds * 2 ** Math.min(failures - failuresBeforePause, 10), longestPauseSeconds)
}

export interface Attempt {
  readonly user: Selectable<Tables['archon_users']> | undefined
  /** Whether a right password counts: the account neither pauses nor is disabled. */
  readonly isAdmitted: boolean
}

/**
 * Counts an attempt to sign in before the password is compared, so that many at once do not get more guesses than one after the other; a
 * right password takes the count back (`settleSignIn`). Attempts during a pause are not counted: hammering does not lengthen it.
 *
 * An account pauses so that many addresses together cannot guess on. It does not pause for an address from which its user has signed in
 * lately, or else whoever knows a name could keep an administrator out forever. Guessing from there is slowed by the address
 * (`api/loginLimit.ts`).
 */
export async function beginSignIn(database: Database, name: string, address: string): Promise<Attempt> {
  return database.transaction().execute(async (transaction) => {
    // A count that a crash forgets is no harm, and waiting for the disk would tell by time that the name exists.
    await sql`SET LOCAL synchronous_commit = off`.execute(transaction)
    const user = await transaction
      .selectFrom('archon_users')
      .selectAll()
      .where('name', '=', name)
      .forUpdate()
      .executeTakeFirst()
    const isPaused = (user?.locked_until?.getTime() ?? 0) > Date.now()
    const isKnown = isPaused && user !== undefined && (await isKnownAddress(transaction, user.id, address))
    // An unknown name goes through the same statement.
    await countFailure(transaction, user, isPaused)
    return { user, isAdmitted: user !== undefined && user.disabled_at === null && (!isPaused || isKnown) }
  })
}

async function isKnownAddress(transaction: Transaction<Tables>, userId: string, address: string): Promise<boolean> {
  const { rows } = await sql`
    SELECT FROM archon_sessions
    WHERE user_id = ${userId} AND address = ${address} AND created_at > now() - ${knownAddressFor} LIMIT 1
  `.execute(transaction)
  return rows.length > 0
}

async function countFailure(transaction: Transaction<Tables>, user: Attempt['user'], isPaused: boolean): Promise<void> {
  const failures = (user?.failed_sign_ins ?? 0) + 1
  const pause = pauseAfter(failures)
  await transaction
    .updateTable('archon_users')
    .set({ failed_sign_ins: failures, locked_until: pause === 0 ? null : new Date(Date.now() + pause * 1000) })
    .where(sql<boolean>`id = ${isPaused ? null : (user?.id ?? null)}::uuid`)
    .execute()
}

/**
 * The password was right: the failures before it are forgotten.
 * @returns whether it still is: a password that was changed meanwhile opens nothing, nor does a user who was disabled
 */
export async function settleSignIn(
  transaction: Transaction<Tables>,
  user: { readonly id: string; readonly password_hash: string },
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('archon_users')
    .set({ failed_sign_ins: 0, locked_until: null })
    .where('id', '=', user.id)
    .where('password_hash', '=', user.password_hash)
    .where('disabled_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}
