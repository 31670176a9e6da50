import { describe, expect, it } from 'vitest'
import type { PodBatch } from '#shared/contract/pods.ts'
import { foldPods, noPods } from './podRows.ts'
import { podRow } from '../testing/podRow.ts'

const live: PodBatch = { feed: { state: 'live' }, reset: false, upserted: [], removed: [] }

describe('folding pod batches', () => {
  it('keeps the last word on each uid, in the order the batches came', () => {
    const first = podRow({ uid: 'a', status: 'Pending' })
    const second = podRow({ uid: 'a', status: 'Running' })
    const folded = foldPods(noPods(), [
      { ...live, upserted: [first, podRow({ uid: 'b' })] },
      { ...live, upserted: [second], removed: ['b'] },
    ])
    expect([...folded.byUid.values()]).toEqual([second])
    expect(folded.feed).toEqual({ state: 'live' })
  })

  it('forgets everything earlier when a batch replaces all rows', () => {
    const before = foldPods(noPods(), [{ ...live, upserted: [podRow({ uid: 'old' })] }])
    const after = foldPods(before, [{ ...live, reset: true, upserted: [podRow({ uid: 'new' })] }])
    expect([...after.byUid.keys()]).toEqual(['new'])
  })

  it('keeps the rows and their identity when only the feed changes', () => {
    const before = foldPods(noPods(), [{ ...live, upserted: [podRow({ uid: 'a' })] }])
    const fault = { code: 'CONNECTION_LOST', message: 'gone', details: {} }
    const after = foldPods(before, [{ ...live, feed: { state: 'stale', since: 5, fault } }])
    expect(after.byUid).toBe(before.byUid)
    expect(after.feed.state).toBe('stale')
  })

  it('treats a pod that came back under the same name as another pod', () => {
    const before = foldPods(noPods(), [{ ...live, upserted: [podRow({ uid: '1', name: 'postgresql-0' })] }])
    const after = foldPods(before, [
      { ...live, upserted: [podRow({ uid: '2', name: 'postgresql-0' })], removed: ['1'] },
    ])
    expect([...after.byUid.keys()]).toEqual(['2'])
  })

  it('keeps rows in the order of their names, and that order while no pod comes or goes', () => {
    const named = (uid: string, name: string) => podRow({ uid, name })
    const before = foldPods(noPods(), [
      { ...live, upserted: [named('1', 'redis-0'), named('2', 'agents-10'), named('3', 'agents-9')] },
    ])
    expect(before.rows.map((row) => row.name)).toEqual(['agents-9', 'agents-10', 'redis-0'])
    const changed = foldPods(before, [{ ...live, upserted: [named('2', 'agents-10')] }])
    expect(changed.rows.map((row) => row.uid)).toEqual(['3', '2', '1'])
    expect(changed.counts).toEqual(before.counts)
    const gone = foldPods(changed, [{ ...live, removed: ['3'] }])
    expect(gone.rows.map((row) => row.name)).toEqual(['agents-10', 'redis-0'])
    const replaced = foldPods(gone, [{ ...live, upserted: [named('4', 'agents-1')], removed: ['2'] }])
    expect(replaced.rows.map((row) => row.uid)).toEqual(['4', '1'])
  })

  it('counts every pod exactly once, and keeps count as pods change and go', () => {
    const healths = ['healthy', 'warning', 'failed', 'progress', 'waiting', 'unknown', 'off'] as const
    const rows = healths.map((health) => podRow({ uid: health, name: health, health }))
    const first = foldPods(noPods(), [{ ...live, upserted: rows }])
    expect(first.counts).toEqual({ failing: 1, starting: 3, ready: 2, ended: 1 })
    const changed = [podRow({ uid: 'failed', name: 'failed', health: 'healthy' })]
    const next = foldPods(first, [{ ...live, upserted: changed, removed: ['off', 'never seen'] }])
    expect(next.counts).toEqual({ failing: 0, starting: 3, ready: 3, ended: 0 })
    expect(next.rows).toHaveLength(6)
  })

  it('folds ten thousand rows without touching those that did not change', () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => podRow({ uid: `uid-${index}` }))
    const before = foldPods(noPods(), [{ ...live, reset: true, upserted: rows }])
    const after = foldPods(before, [{ ...live, upserted: [podRow({ uid: 'uid-7', status: 'Error' })] }])
    expect(after.byUid.size).toBe(10_000)
    expect(after.byUid.get('uid-8')).toBe(before.byUid.get('uid-8'))
    expect(after.byUid.get('uid-7')?.status).toBe('Error')
  })
})
