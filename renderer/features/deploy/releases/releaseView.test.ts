import { describe, expect, it } from 'vitest'
import { inOrder, noWayBack, releaseBefore, resultOf } from './releaseView.ts'
import { release } from '../testing/plan.ts'

const rows = [
  release({ id: 'r4', isCurrent: true }),
  release({ id: 'r3', state: 'undone' }),
  release({ id: 'r2', back: { state: 'restore', detail: 'A column is gone.', migrations: [] } }),
  release({ id: 'r1' }),
]

describe('going back to a release', () => {
  it('is there for whole releases, also where the database needs a restore: that is said beside', () => {
    expect(rows.map((row) => noWayBack(row) === undefined)).toEqual([false, false, true, true])
  })

  it('gives the reason where there is none', () => {
    expect(noWayBack(release({ isCurrent: true }))).toContain('live')
    expect(noWayBack(release({ state: 'applying' }))).toContain('now')
    for (const state of ['failed', 'stopped', 'undone'] as const)
      expect(noWayBack(release({ state }))).toContain('never deployed as a whole')
  })
})

describe('comparing releases', () => {
  it('leaves out what was undone when it looks for the one before', () => {
    expect(releaseBefore(rows, 'r4')?.id).toBe('r2')
    expect(releaseBefore(rows, 'r1')).toBeUndefined()
    expect(releaseBefore(rows, 'gone')).toBeUndefined()
  })

  it('reads forwards in time, whichever was chosen first', () => {
    expect(inOrder(rows, 'r4', 'r1')).toEqual({ from: 'r1', to: 'r4' })
    expect(inOrder(rows, 'r1', 'r4')).toEqual({ from: 'r1', to: 'r4' })
  })
})

describe('the result of a release', () => {
  it('names the stage where it did not go through', () => {
    expect(resultOf(release({ state: 'failed', stage: 'Services' })).word).toBe('Failed, Services')
    expect(resultOf(release({ state: 'undone', stage: 'Services' })).word).toBe('Undone')
    expect(resultOf(release({ isCurrent: true })).word).toBe('Live')
  })
})
