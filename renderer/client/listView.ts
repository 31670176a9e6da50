import type { Fault, FeedState } from '#shared/contract/base.ts'
import type { StreamState } from './useStream.ts'

/** What a page may say of a list. Only a list that is shown may be called empty. */
export type ListView =
  | { state: 'loading' }
  /** Nothing is there to show, and why. */
  | { state: 'unknown'; fault: Fault }
  /** Rows, or the knowledge that there are none. `staleSince`: milliseconds since 1970 where the rows are old. */
  | { state: 'shown'; staleSince: number | undefined }

/**
 * Joins the state of the subscription with the state that the list itself reports.
 * @param feed what the newest item says of the list; undefined before the first
 * @param count how many rows are there: an old list without rows is no knowledge that there are none
 */
export function viewOfList(
  stream: Pick<StreamState<unknown>, 'error' | 'staleSince'>,
  feed: FeedState | undefined,
  count: number,
): ListView {
  if (!feed) return stream.error ? { state: 'unknown', fault: stream.error } : { state: 'loading' }
  if (feed.state === 'failed') return { state: 'unknown', fault: feed.fault }
  if (count > 0) {
    return { state: 'shown', staleSince: feed.state === 'stale' ? feed.since : stream.staleSince }
  }
  // Without a fault it is what was kept from an earlier look, while the newest is on its way.
  if (feed.state === 'stale') return feed.fault ? { state: 'unknown', fault: feed.fault } : { state: 'loading' }
  if (stream.error) return { state: 'unknown', fault: stream.error }
  return feed.state === 'loading' || stream.staleSince !== undefined
    ? { state: 'loading' }
    : { state: 'shown', staleSince: undefined }
}
