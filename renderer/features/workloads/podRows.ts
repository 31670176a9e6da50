import type { FeedState } from '#shared/contract/base.ts'
import type { PodBatch, PodRow } from '#shared/contract/workloads.ts'

/** The pods of one namespace as the window holds them: slim rows keyed by uid, since a replaced pod is not an update. */
export interface PodRows {
  feed: FeedState
  byUid: ReadonlyMap<string, PodRow>
}

export const noPods: PodRows = { feed: { state: 'loading' }, byUid: new Map() }

/**
 * Folds the batches of one frame in order. Rows that did not change keep their identity, so that the table repaints only
 * what is new; a feed that went stale keeps its rows.
 */
export function foldPods(before: PodRows, batches: readonly PodBatch[]): PodRows {
  const last = batches.at(-1)
  if (!last) return before
  const touches = batches.some((batch) => batch.reset || batch.upserted.length > 0 || batch.removed.length > 0)
  if (!touches) return { feed: last.feed, byUid: before.byUid }
  let byUid = new Map(before.byUid)
  for (const batch of batches) {
    if (batch.reset) byUid = new Map()
    for (const row of batch.upserted) byUid.set(row.uid, row)
    for (const uid of batch.removed) byUid.delete(uid)
  }
  return { feed: last.feed, byUid }
}
