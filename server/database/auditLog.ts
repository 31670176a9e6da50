import { Readable } from 'node:stream'
import type { Selectable } from 'kysely'
import type { Database } from './connection.ts'
import type { Tables } from './tables.ts'

export interface AuditFilter {
  readonly event?: string | undefined
  readonly actor?: string | undefined
  /** ISO times; `until` is exclusive. */
  readonly since?: string | undefined
  readonly until?: string | undefined
}

export interface AuditEntry {
  readonly id: string
  readonly recordedAt: string
  readonly event: string
  readonly actor: string
  readonly address: string
  readonly requestId: string
  readonly details: Record<string, unknown>
  /** Null until it is sealed. */
  readonly hash: string | null
}

const exportPage = 1_000

function asEntry(row: Selectable<Tables['archon_audit']>): AuditEntry {
  const { id, event, actor, address, details, hash } = row
  return {
    id,
    recordedAt: row.recorded_at.toISOString(),
    event,
    actor,
    address,
    requestId: row.request_id,
    details,
    hash,
  }
}

function select(database: Database, { event, actor, since, until }: AuditFilter) {
  let query = database.selectFrom('archon_audit').selectAll()
  if (event !== undefined) query = query.where('event', '=', event)
  if (actor !== undefined) query = query.where('actor', '=', actor)
  if (since !== undefined) query = query.where('recorded_at', '>=', new Date(since))
  if (until !== undefined) query = query.where('recorded_at', '<', new Date(until))
  return query
}

/** Entries, newest first; `before` is the id of the last entry of the page before. */
export async function listAudit(
  database: Database,
  { before, limit, ...filter }: AuditFilter & { readonly before?: string | undefined; readonly limit: number },
): Promise<AuditEntry[]> {
  let query = select(database, filter).orderBy('id', 'desc').limit(limit)
  if (before !== undefined) query = query.where('id', '<', before)
  return (await query.execute()).map(asEntry)
}

/** The sealed entries as JSON lines with position and hashes, oldest first. It is read page by page, at the pace of its reader. */
export function exportAudit(database: Database, filter: AuditFilter): Readable {
  async function* lines() {
    let last = '0'
    for (;;) {
      const rows = await select(database, filter)
        .where('position', '>', last)
        .orderBy('position')
        .limit(exportPage)
        .execute()
      for (const row of rows) {
        const { position, previous_hash: previousHash } = row
        yield `${JSON.stringify({ position, ...asEntry(row), previousHash })}\n`
      }
      last = rows.at(-1)?.position ?? last
      if (rows.length < exportPage) return
    }
  }
  return Readable.from(lines())
}
