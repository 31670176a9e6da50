import { sql, type Transaction } from 'kysely'
import type { Encryption } from '../common/encryption.ts'
import type { Database } from './connection.ts'
import type { Tables } from './tables.ts'

export interface SecretName {
  readonly name: string
  /** Who wrote it last, or null when that user is no more. */
  readonly updatedBy: string | null
  readonly createdAt: string
  readonly updatedAt: string
}

/** What a value belongs to: it cannot be moved under another name. */
export const placeOf = (name: string) => `archon_secrets:${name}`

/** The names; a value is never listed. */
export async function listSecrets(database: Database): Promise<SecretName[]> {
  const rows = await database
    .selectFrom('archon_secrets as secret')
    .leftJoin('archon_users as user', 'user.id', 'secret.updated_by')
    .select(['secret.name', 'secret.created_at', 'secret.updated_at', 'user.name as writer'])
    .orderBy('secret.name')
    .limit(1_000)
    .execute()
  return rows.map((row) => ({
    name: row.name,
    updatedBy: row.writer,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }))
}

/** Writes a value, encrypted. @returns whether the name is new */
export async function writeSecret(
  transaction: Transaction<Tables>,
  encryption: Encryption,
  { name, value, updatedBy }: { readonly name: string; readonly value: string; readonly updatedBy: string },
): Promise<boolean> {
  const { rows } = await sql<{ is_new: boolean }>`
    INSERT INTO archon_secrets (name, ciphertext, updated_by)
    VALUES (${name}, ${encryption.encrypt(value, placeOf(name))}, ${updatedBy})
    ON CONFLICT (name) DO UPDATE SET ciphertext = excluded.ciphertext, updated_by = excluded.updated_by, updated_at = now()
    RETURNING xmax = 0 AS is_new
  `.execute(transaction)
  return rows[0]?.is_new === true
}

/** @returns whether there was one */
export async function deleteSecret(transaction: Transaction<Tables>, name: string): Promise<boolean> {
  const { numDeletedRows } = await transaction.deleteFrom('archon_secrets').where('name', '=', name).executeTakeFirst()
  return numDeletedRows === 1n
}

/**
 * The value of a secret, for a service that works with it; undefined when there is none under the name. Nothing sends it to a caller.
 * @throws DecryptionError when it was changed, moved, or encrypted with a key that is not configured
 */
export async function readSecret(
  database: Database,
  encryption: Encryption,
  name: string,
): Promise<string | undefined> {
  const row = await database
    .selectFrom('archon_secrets')
    .select('ciphertext')
    .where('name', '=', name)
    .executeTakeFirst()
  return row === undefined ? undefined : encryption.decrypt(row.ciphertext, placeOf(name))
}
