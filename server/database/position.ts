/**
 * How far a reader of `archon_events` has come: a snapshot of PostgreSQL, which says of every transaction whether its rows had been
 * committed. "What came since" is what is visible now and was not visible then. That has no gaps however long a transaction stays open
 * before it commits, and nobody waits for it meanwhile. Snapshots of one server include one another, so positions have an order.
 */
export interface Position {
  /** Which server and which database: numbers of different ones do not compare. A restored database is another one. */
  readonly epoch: string
  /** Transactions from this number on had not ended. Transaction ids count up from 1 and stay below 2^53 for any server's life. */
  readonly next: number
  /** Those before `next` that had not ended either, ascending. */
  readonly open: readonly number[]
}

/** Longer texts are nobody's position: a server has no more than this many open transactions (max_connections). */
const mostOpen = 2_000
const shape = /^([0-9a-f]{12})-(\d{1,16})(?:-(\d{1,16}(?:\.\d{1,16})*))?$/

/** As clients see it and send it back: `<epoch>-<next>[-<open>.<open>…]`. */
export function formatPosition({ epoch, next, open }: Position): string {
  return open.length === 0 ? `${epoch}-${next}` : `${epoch}-${next}-${open.join('.')}`
}

/** The position in a text of ours, or undefined for any other text. */
export function parsePosition(text: string): Position | undefined {
  const [, epoch, next, list] = shape.exec(text) ?? []
  if (epoch === undefined || next === undefined) return undefined
  const open = list === undefined ? [] : list.split('.').map(Number)
  const isAscending = open.every((id, index) => id > (open[index - 1] ?? 0) && id < Number(next))
  return isAscending && open.length <= mostOpen ? { epoch, next: Number(next), open } : undefined
}

/** The position behind a `pg_snapshot` in its text form, `xmin:xmax:xip,xip`. */
export function positionOf(epoch: string, snapshot: string): Position {
  const [, next = '', list = ''] = snapshot.split(':')
  return { epoch, next: Number(next), open: list === '' ? [] : list.split(',').map(Number) }
}

/** Whether rows of this transaction, if it committed, were visible at the position. */
export function includes({ next, open }: Position, transaction: number): boolean {
  return transaction < next && !open.includes(transaction)
}

/**
 * Negative when `first` came before `second`, 0 when they are the same. Ids are given out in order and only ever end, so of two
 * snapshots with one `next` the later one has fewer open.
 */
export function comparePositions(first: Position, second: Position): number {
  return first.next - second.next || second.open.length - first.open.length
}

/** Everything before this transaction is included. */
export function oldestMissing({ next, open }: Position): number {
  return open[0] ?? next
}
