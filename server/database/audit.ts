import type { Kysely, Transaction } from 'kysely'
import type { Tables } from './tables.ts'

export interface AuditEvent {
  /** A noun and what happened to it: `task.submitted`, `login.refused`. */
  readonly event: string
  /** The name of the user or API key, or of what acted by itself. */
  readonly actor: string
  readonly address: string
  readonly requestId?: string | undefined
  /** Never a secret. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>
}

/**
 * Adds an entry. Given the transaction of the change that it tells of, both are stored or neither; the entry joins the hash chain when it
 * is sealed (`auditChain.ts`).
 */
export async function recordAudit(
  database: Kysely<Tables> | Transaction<Tables>,
  { event, actor, address, requestId = '', details }: AuditEvent,
): Promise<void> {
  const row = { event, actor, address, request_id: requestId, details: JSON.stringify(details) }
  await database.insertInto('archon_audit').values(row).execute()
}
