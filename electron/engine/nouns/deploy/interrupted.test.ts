import { describe, expect, it } from 'vitest'
import { standingOf } from './interrupted.ts'
import type { ReleaseRecord } from './releases/record.ts'

/** Newest first, as the cluster's store lists them. */
const records = (...states: [id: string, state: ReleaseRecord['state']][]) =>
  states.map(([id, state]) => ({ id, state, version: '1', profile: 'sandbox' }) as ReleaseRecord)
const calls = (...given: Parameters<typeof standingOf>) => standingOf(...given).offers.map(({ call }) => call)

describe('an interrupted deployment', () => {
  it('that the cluster records as running can be resumed and undone', () => {
    expect(calls('deploy', 'a', records(['a', 'applying']), false)).toEqual(['deploy.resume', 'deploy.undo'])
  })

  it('that stopped half way of its own accord can be resumed and undone', () => {
    expect(calls('deploy', 'a', records(['a', 'failed'], ['0', 'done']), false)).toEqual([
      'deploy.resume',
      'deploy.undo',
    ])
  })

  it('makes no offers while another console holds the suite', () => {
    expect(standingOf('deploy', 'a', records(['a', 'applying']), true)).toEqual({ offers: [] })
  })

  it('offers to look again, and nothing that needs the lease, where the lease may not be read', () => {
    expect(calls('deploy', 'a', records(['a', 'applying']), null)).toEqual(['tasks.look'])
    expect(calls('undeploy', 'a', records(['a', 'applying']), null)).toEqual(['tasks.look'])
  })

  it.each([true, false, null])('that has ended is settled, whoever may be at work (%s)', (isElsewhere) => {
    expect(standingOf('deploy', 'a', records(['a', 'done']), isElsewhere)).toMatchObject({
      offers: [],
      settled: { state: 'done' },
    })
    expect(standingOf('deploy', 'a', records(['a', 'undone']), isElsewhere).settled?.state).toBe('cancelled')
    expect(standingOf('deploy', 'a', records(['b', 'done'], ['a', 'failed']), isElsewhere).settled?.state).toBe(
      'cancelled',
    )
  })

  it('of which the cluster has no record offers nothing: it ended before its first effect', () => {
    expect(standingOf('deploy', 'x', records(['a', 'done']), false)).toEqual({ offers: [] })
  })
})

describe('an interrupted undo', () => {
  it('is finished by undoing again', () => {
    expect(calls('undeploy', 'a', records(['a', 'applying'], ['0', 'done']), false)).toEqual(['deploy.undo'])
  })

  it('that the cluster records as undone is done', () => {
    expect(standingOf('undeploy', 'a', records(['a', 'undone']), false).settled?.state).toBe('done')
  })
})
