import { sql, type Transaction } from 'kysely'
import type { Database } from './connection.ts'
import { comparePositions, oldestMissing, positionOf, type Position } from './position.ts'
import type { Tables } from './tables.ts'

export const changeKinds = ['task', 'agent', 'knowledge', 'cost', 'session'] as const
export type ChangeKind = (typeof changeKinds)[number]

/** All that happened to one row since some position. */
export interface RowChange {
  readonly kind: ChangeKind
  readonly id: string
  /** The transactions that changed it. */
  readonly transactions: readonly number[]
}

/** Rows of a transaction: more changes than this at once are dearer to tell than to read everything again. */
const mostEvents = 5_000
/** Where readers may have stood is marked this often, and what a mark of an hour ago includes is deleted. */
const markEvery = "interval '5 minutes'"
const keepFor = "interval '1 hour'"

async function presentPosition(transaction: Transaction<Tables>): Promise<Position> {
  const { rows } = await sql<{ snapshot: string; epoch: string }>`
    SELECT pg_current_snapshot()::text AS snapshot,
      left(md5(system_identifier::text || ':' || (SELECT oid FROM pg_database WHERE datname = current_database())), 12) AS epoch
    FROM pg_control_system()
  `.execute(transaction)
  const [row] = rows
  if (row === undefined) throw new Error('PostgreSQL did not say where it stands.')
  return positionOf(row.epoch, row.snapshot)
}

/** Reads rows together with the position that they show: exactly the changes that it includes are in them. */
export function atOnePosition<Value>(
  database: Database,
  read: (transaction: Transaction<Tables>, position: Position) => Promise<Value>,
): Promise<Value> {
  return database
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (transaction) => read(transaction, await presentPosition(transaction)))
}

/**
 * What `now` includes and `since` does not. Undefined when that cannot be told: `since` belongs to another database or to a future that
 * never was (a failover lost it), its events were trimmed, or there are too many. The caller then reads everything again.
 * @param transaction one of `atOnePosition`, whose position is `now`
 */
export async function changesSince(
  transaction: Transaction<Tables>,
  since: Position,
  now: Position,
): Promise<RowChange[] | undefined> {
  if (since.epoch !== now.epoch || comparePositions(since, now) > 0) return undefined
  if (comparePositions(since, now) === 0) return []
  // Events that came with a backup carry numbers of another server: those from the future are skipped.
  const later = sql`SELECT kind, subject, transaction_id::text FROM archon_events WHERE kind <> 'mark' AND`
  const order = sql`ORDER BY archon_events.transaction_id, id LIMIT ${mostEvents + 1}`
  const { rows } = await sql<{ kind: string; subject: string; transaction_id: string }>`
    (${later} transaction_id >= ${String(since.next)}::xid8 AND transaction_id < ${String(now.next)}::xid8 ${order})
    UNION ALL
    (${later} transaction_id = ANY (${since.open.map(String)}::text[]::xid8[]) ${order})
  `.execute(transaction)
  if (rows.length > mostEvents || oldestMissing(since) < (await horizon(transaction, now))) return undefined
  const changes = new Map<string, { kind: ChangeKind; id: string; transactions: number[] }>()
  for (const { kind, subject: id, transaction_id } of rows) {
    const change = changes.get(`${kind}:${id}`) ?? { kind: kind as ChangeKind, id, transactions: [] }
    const number = Number(transaction_id)
    if (!change.transactions.includes(number)) change.transactions.push(number)
    changes.set(`${kind}:${id}`, change)
  }
  return [...changes.values()]
}

/** Events of transactions before this one may have been deleted. */
async function horizon(transaction: Transaction<Tables>, now: Position): Promise<number> {
  const { rows } = await sql<{ subject: string }>`
    SELECT subject FROM archon_events WHERE kind = 'mark' AND transaction_id < ${String(now.next)}::xid8 ORDER BY id LIMIT 1
  `.execute(transaction)
  return Number(rows[0]?.subject ?? 0)
}

/**
 * Deletes events that every reader of the last hour has seen. Safe to call from every replica at any time: one of them does it.
 *
 * A mark holds the oldest open transaction of its moment. What is before a mark of an hour ago had ended by then, so whoever read
 * since has seen it; age alone would not do, because a transaction may write its event long before it commits.
 */
export async function trimEvents(database: Database): Promise<number> {
  return database.transaction().execute(async (transaction) => {
    const { rows } = await sql<{ mine: boolean }>`
      SELECT pg_try_advisory_xact_lock(hashtext('archon_events trim')) AS mine
    `.execute(transaction)
    if (rows[0]?.mine !== true) return 0
    await sql`
      INSERT INTO archon_events (kind, subject)
      SELECT 'mark', pg_snapshot_xmin(pg_current_snapshot())::text
      WHERE NOT EXISTS (
        SELECT FROM archon_events
        WHERE kind = 'mark' AND recorded_at > now() - ${sql.raw(markEvery)}
          AND transaction_id < pg_snapshot_xmax(pg_current_snapshot())
      )
    `.execute(transaction)
    const horizon = sql`
      SELECT id, subject::xid8 AS oldest FROM archon_events
      WHERE kind = 'mark' AND recorded_at < now() - ${sql.raw(keepFor)}
        AND transaction_id < pg_snapshot_xmax(pg_current_snapshot())
      ORDER BY id DESC LIMIT 1
    `
    const result = await sql`
      DELETE FROM archon_events WHERE kind <> 'mark' AND transaction_id < (SELECT oldest FROM (${horizon}) AS horizon)
    `.execute(transaction)
    await sql`DELETE FROM archon_events WHERE kind = 'mark' AND id < (SELECT id FROM (${horizon}) AS horizon)`.execute(
      transaction,
    )
    return Number(result.numAffectedRows ?? 0n)
  })
}
