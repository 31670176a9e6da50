import { expect, test } from 'vitest'
import type { Fault, FeedState } from '#shared/contract/base.ts'
import { viewOfList } from './listView.ts'
import type { StreamState } from './useStream.ts'

const fault: Fault = { code: 'FORBIDDEN', message: 'No.', details: {} }
const fine = { error: undefined, staleSince: undefined }
const lost = { error: { ...fault, code: 'TIMEOUT' }, staleSince: 7 }

test.each<[string, Pick<StreamState<unknown>, 'error' | 'staleSince'>, FeedState | undefined, number, object]>([
  ['nothing has arrived', fine, undefined, 0, { state: 'loading' }],
  ['the call failed before anything arrived', lost, undefined, 0, { state: 'unknown', fault: lost.error }],
  ['the list is still being read', fine, { state: 'loading' }, 0, { state: 'loading' }],
  ['part of it is there', fine, { state: 'loading' }, 3, { state: 'shown', staleSince: undefined }],
  ['it is live and empty', fine, { state: 'live' }, 0, { state: 'shown', staleSince: undefined }],
  ['it is forbidden', fine, { state: 'failed', fault }, 0, { state: 'unknown', fault }],
  ['it is old and has rows', fine, { state: 'stale', since: 5, fault }, 2, { state: 'shown', staleSince: 5 }],
  ['it is old and has none', fine, { state: 'stale', since: 5, fault }, 0, { state: 'unknown', fault }],
  [
    'it is kept from before, is empty, and is being read again',
    fine,
    { state: 'stale', since: 5 },
    0,
    { state: 'loading' },
  ],
  ['the line was lost and rows are there', lost, { state: 'live' }, 2, { state: 'shown', staleSince: 7 }],
  ['the line was lost over an empty list', lost, { state: 'live' }, 0, { state: 'unknown', fault: lost.error }],
  [
    'the engine is gone over an empty list',
    { error: undefined, staleSince: 7 },
    { state: 'live' },
    0,
    { state: 'loading' },
  ],
])('a list is called empty only when it is live: %s', (_case, stream, feed, count, expected) => {
  expect(viewOfList(stream, feed, count)).toEqual(expected)
})
