import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { sql, type Selectable, type Transaction } from 'kysely'
import type { Database } from './connection.ts'
import { locks } from './locks.ts'
import type { Tables } from './tables.ts'

type AuditRow = Selectable<Tables['archon_audit']>

/** What the chain is authenticated with; the database never holds it. */
export interface ChainKeys {
  readonly current: Uint8Array
  readonly previous?: Uint8Array | undefined
}

export interface ChainFault {
  /** The entry at fault, or null when entries are missing at the end. */
  readonly id: string | null
  readonly reason: string
}

export interface ChainReport {
  readonly entries: number
  /** Entries that wait to be sealed. */
  readonly unsealed: number
  readonly fault: ChainFault | null
}

const beginning = '0'.repeat(64)
const page = 2_000

function hashOf(previous: string, position: string, row: AuditRow): string {
  // Sorted: jsonb does not keep the order of keys.
  const details = Object.entries(row.details).sort(([a], [b]) => (a < b ? -1 : 1))
  const { id, event, actor, address, request_id } = row
  const text = JSON.stringify([
    previous,
    position,
    id,
    row.recorded_at.toISOString(),
    event,
    actor,
    address,
    request_id,
    details,
  ])
  return createHash('sha256').update(text).digest('hex')
}

const authenticate = (key: Uint8Array, position: string, hash: string) =>
  createHmac('sha256', key).update(`${position} ${hash}`).digest('hex')

function isAuthentic(keys: ChainKeys, head: { position: string; hash: string; authentication: string }): boolean {
  const given = Buffer.from(head.authentication, 'hex')
  return [keys.current, ...(keys.previous === undefined ? [] : [keys.previous])].some((key) => {
    const expected = Buffer.from(authenticate(key, head.position, head.hash), 'hex')
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
}

/**
 * Gives the entries that are committed by now their places in the hash chain. Several processes may call it; one works at a time.
 * @returns how many it sealed; 0 as well when another process is sealing
 * @throws Error when the head is not authentic: the chain is then left as it is, as evidence
 */
export function sealAudit(database: Database, keys: ChainKeys): Promise<number> {
  return database.transaction().execute(async (transaction) => {
    const { rows: taken } = await sql<{
      got: boolean
    }>`SELECT pg_try_advisory_xact_lock(${locks.auditSeal}) AS got`.execute(transaction)
    if (taken[0]?.got !== true) return 0
    const open = await transaction
      .selectFrom('archon_audit')
      .selectAll()
      .where('position', 'is', null)
      .orderBy('id')
      .limit(page)
      .execute()
    if (open.length === 0) return 0
    const head = await transaction.selectFrom('archon_audit_head').selectAll().executeTakeFirst()
    if (head !== undefined && !isAuthentic(keys, head))
      throw new Error(
        'The head of the audit chain is not authentic. Nothing is sealed until an administrator has looked.',
      )
    let position = BigInt(head?.position ?? 0)
    let previous = head?.hash ?? beginning
    const sealed = open.map((row) => {
      position += 1n
      const hash = hashOf(previous, String(position), row)
      const entry = { id: row.id, position: String(position), previous_hash: previous, hash }
      previous = hash
      return entry
    })
    await sql`
      UPDATE archon_audit AS entry SET position = sealed.position, previous_hash = sealed.previous_hash, hash = sealed.hash
      FROM jsonb_to_recordset(${JSON.stringify(sealed)}::jsonb)
        AS sealed(id bigint, position bigint, previous_hash text, hash text)
      WHERE entry.id = sealed.id
    `.execute(transaction)
    const newHead = {
      position: String(position),
      hash: previous,
      authentication: authenticate(keys.current, String(position), previous),
    }
    await transaction
      .insertInto('archon_audit_head')
      .values(newHead)
      .onConflict((conflict) => conflict.column('is_only').doUpdateSet(newHead))
      .execute()
    return sealed.length
  })
}

/**
 * Authenticates the head of the chain with the present key, after a rotation.
 * @returns whether there was anything to do
 * @throws Error when it is authentic with neither key: it is then left as it is, as evidence
 */
export async function renewAuditHead(transaction: Transaction<Tables>, keys: ChainKeys): Promise<boolean> {
  // A sealer that holds the head is waited for.
  await sql`SELECT pg_advisory_xact_lock(${locks.auditSeal})`.execute(transaction)
  const head = await transaction.selectFrom('archon_audit_head').selectAll().forUpdate().executeTakeFirst()
  if (head === undefined || isAuthentic({ current: keys.current }, head)) return false
  if (!isAuthentic(keys, head)) {
    throw new Error('The head of the audit chain is authentic with neither key. It is left as it is.')
  }
  const authentication = authenticate(keys.current, head.position, head.hash)
  await transaction.updateTable('archon_audit_head').set({ authentication }).execute()
  return true
}

/** Reads the whole chain, page by page, and says where it was edited, cut or put in another order. */
export async function verifyAudit(database: Database, keys: ChainKeys): Promise<ChainReport> {
  // One snapshot: entries sealed meanwhile must not look like an end that does not match its head.
  return database
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (transaction) => {
      const waiting = await transaction
        .selectFrom('archon_audit')
        .select(({ fn }) => fn.countAll<string>().as('entries'))
        .where('position', 'is', null)
        .executeTakeFirstOrThrow()
      const head = await transaction.selectFrom('archon_audit_head').selectAll().executeTakeFirst()
      let entries = 0
      let previous = beginning
      let last = '0'
      const report = (fault: ChainFault | null) => ({ entries, unsealed: Number(waiting.entries), fault })
      for (;;) {
        const rows = await transaction
          .selectFrom('archon_audit')
          .selectAll()
          .where('position', '>', last)
          .orderBy('position')
          .limit(page)
          .execute()
        for (const row of rows) {
          const fault = faultOf(row, String(BigInt(last) + 1n), previous)
          if (fault !== undefined) return report({ id: row.id, reason: fault })
          entries += 1
          previous = row.hash ?? ''
          last = row.position ?? ''
        }
        if (rows.length < page) break
      }
      return report(faultOfHead(keys, head, last, previous))
    })
}

function faultOf(row: AuditRow, position: string, previous: string): string | undefined {
  if (row.position !== position) return `The entry ${position} is missing.`
  if (row.previous_hash !== previous) return 'It does not follow the entry before it.'
  return row.hash === hashOf(previous, position, row) ? undefined : 'Its content was changed.'
}

function faultOfHead(
  keys: ChainKeys,
  head: Selectable<Tables['archon_audit_head']> | undefined,
  last: string,
  hash: string,
): ChainFault | null {
  if (head === undefined) return last === '0' ? null : { id: null, reason: 'The head of the chain is missing.' }
  if (!isAuthentic(keys, head)) return { id: null, reason: 'The head of the chain is not authentic.' }
  if (head.position === last && head.hash === hash) return null
  return { id: null, reason: `The chain ends at ${last}, and was ${head.position} entries long.` }
}
