import { createHash } from 'node:crypto'
import { sql, type Transaction } from 'kysely'
import type { Database } from './connection.ts'
import type { Tables } from './tables.ts'

export interface AuditEvent {
  readonly event: string
  readonly actor: string
  readonly address: string
  readonly details: Readonly<Record<string, string | number | boolean>>
}

const beginning = '0'.repeat(64)
/** Writers queue here, so that each entry knows the hash of the one before. The number only has to be ours. */
const auditLock = 4_711_001

function hashOf(previous: string, recordedAt: Date, { event, actor, address, details }: AuditEvent): string {
  // Sorted: jsonb does not keep the order of keys.
  const sorted = Object.entries(details).sort(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([previous, recordedAt.toISOString(), event, actor, address, sorted])
  return createHash('sha256').update(text).digest('hex')
}

async function append(transaction: Transaction<Tables>, event: AuditEvent): Promise<void> {
  await sql`SELECT pg_advisory_xact_lock(${auditLock})`.execute(transaction)
  const last = await transaction
    .selectFrom('archon_audit')
    .select('hash')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  const recordedAt = new Date()
  const previousHash = last?.hash ?? beginning
  const { event: name, actor, address, details } = event
  const hash = hashOf(previousHash, recordedAt, event)
  const row = { event: name, actor, address, details: JSON.stringify(details), recorded_at: recordedAt, hash }
  await transaction
    .insertInto('archon_audit')
    .values({ ...row, previous_hash: previousHash })
    .execute()
}

/** Adds an entry to the hash chain. Details never hold a secret. */
export function recordAudit(database: Database, event: AuditEvent): Promise<void> {
  return database.transaction().execute((transaction) => append(transaction, event))
}

/** The id of the first entry that was changed, removed or moved, or undefined when the chain is whole. */
export async function firstBrokenAudit(database: Database): Promise<string | undefined> {
  let previous = beginning
  for (const row of await database.selectFrom('archon_audit').selectAll().orderBy('id').execute()) {
    const details = row.details as AuditEvent['details']
    const { event, actor, address } = row
    const expected = hashOf(previous, row.recorded_at, { event, actor, address, details })
    if (row.previous_hash !== previous || row.hash !== expected) return row.id
    previous = row.hash
  }
  return undefined
}
