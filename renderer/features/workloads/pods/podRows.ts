import type { FeedState } from '#shared/contract/base.ts'
import type { PodBatch, PodRow } from '#shared/contract/pods.ts'
import { podGroup, type PodGroup } from './podFilter.ts'
import { byName, mergeByName, placeByName } from './podOrder.ts'

/**
 * The pods of one namespace as the window holds them. A batch costs what it holds, not what there is: rows are slotted into
 * their order, counts go up and down with them.
 */
export interface PodRows {
  feed: FeedState
  /** Keyed by uid, since a replaced pod is not an update. The same map for the life of a list: what changes is `rows`. */
  byUid: ReadonlyMap<string, PodRow>
  /** In the order of names; another array whenever a row is another. */
  rows: readonly PodRow[]
  counts: Readonly<Record<PodGroup, number>>
}

const noCounts = { failing: 0, starting: 0, ready: 0, ended: 0 }
/** Nothing yet; a list begins with a map of its own. */
export const noPods = (): PodRows => ({ feed: { state: 'loading' }, byUid: new Map(), rows: [], counts: noCounts })

/** Folds the batches of one frame in order. Rows that did not change keep their identity; a feed that went stale keeps its rows. */
export function foldPods(before: PodRows, batches: readonly PodBatch[]): PodRows {
  const last = batches.at(-1)
  if (!last) return before
  const reset = batches.findLastIndex((batch) => batch.reset)
  const start = reset < 0 ? before : noPods()
  const news = newsOf(batches.slice(Math.max(0, reset)))
  if (news.size === 0 && reset < 0) return { ...before, feed: last.feed }
  const byUid = start.byUid as Map<string, PodRow>
  const counts = { ...start.counts }
  const added: PodRow[] = []
  const replaced: [PodRow, PodRow][] = []
  const gone = new Set<PodRow>()
  for (const [uid, row] of news) {
    const held = byUid.get(uid)
    if (held) counts[podGroup(held)] -= 1
    if (row) counts[podGroup(row)] += 1
    if (row) byUid.set(uid, row)
    else byUid.delete(uid)
    if (held && row) replaced.push([held, row])
    else if (held) gone.add(held)
    else if (row) added.push(row)
  }
  return { feed: last.feed, byUid, counts, rows: changed(start.rows, { added, replaced, gone }) }
}

/** The last word on each uid: its row, or undefined where it is gone. */
function newsOf(batches: readonly PodBatch[]): Map<string, PodRow | undefined> {
  const news = new Map<string, PodRow | undefined>()
  for (const { upserted, removed } of batches) {
    for (const row of upserted) news.set(row.uid, row)
    for (const uid of removed) news.set(uid, undefined)
  }
  return news
}

function changed(
  held: readonly PodRow[],
  { added, replaced, gone }: { added: PodRow[]; replaced: [PodRow, PodRow][]; gone: ReadonlySet<PodRow> },
): readonly PodRow[] {
  const rows = gone.size > 0 ? held.filter((row) => !gone.has(row)) : [...held]
  for (const [before, row] of replaced) rows[placeByName(rows, before)] = row
  return added.length > 0 ? mergeByName(rows, byName(added)) : rows
}
