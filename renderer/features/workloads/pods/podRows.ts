import type { FeedState } from '#shared/contract/base.ts'
import type { PodBatch, PodRow } from '#shared/contract/pods.ts'
import { byName, mergeByName } from './podOrder.ts'

/** The pods of one namespace as the window holds them: slim rows keyed by uid, since a replaced pod is not an update. */
export interface PodRows {
  feed: FeedState
  byUid: ReadonlyMap<string, PodRow>
  /** Uids in the order of names; the same array while no pod comes or goes, since sorting 10,000 names takes a frame. */
  order: readonly string[]
}

export const noPods: PodRows = { feed: { state: 'loading' }, byUid: new Map(), order: [] }

/**
 * Folds the batches of one frame in order. Rows that did not change keep their identity, so that the table repaints only
 * what is new; a feed that went stale keeps its rows.
 */
export function foldPods(before: PodRows, batches: readonly PodBatch[]): PodRows {
  const last = batches.at(-1)
  if (!last) return before
  const touches = batches.some((batch) => batch.reset || batch.upserted.length > 0 || batch.removed.length > 0)
  if (!touches) return { ...before, feed: last.feed }
  let byUid = new Map(before.byUid)
  let isSameSet = true
  for (const batch of batches) {
    if (batch.reset) byUid = new Map()
    for (const row of batch.upserted) {
      isSameSet &&= byUid.has(row.uid)
      byUid.set(row.uid, row)
    }
    for (const uid of batch.removed) isSameSet = !byUid.delete(uid) && isSameSet
  }
  const order = isSameSet && byUid.size === before.byUid.size ? before.order : orderOf(byUid, before)
  return { feed: last.feed, byUid, order }
}

function orderOf(byUid: ReadonlyMap<string, PodRow>, before: PodRows): string[] {
  const held = before.order.flatMap((uid) => byUid.get(uid) ?? [])
  const added = byName([...byUid.values()].filter((row) => !before.byUid.has(row.uid)))
  return mergeByName(held, added).map((row) => row.uid)
}

/** The rows in the order of their names. */
export function rowsOf({ byUid, order }: PodRows): PodRow[] {
  const rows: PodRow[] = []
  for (const uid of order) {
    const row = byUid.get(uid)
    if (row) rows.push(row)
  }
  return rows
}
