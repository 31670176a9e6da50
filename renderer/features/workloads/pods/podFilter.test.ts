import { describe, expect, it } from 'vitest'
import { filterPods, parseToken, podGroup, type PodGroup } from './podFilter.ts'
import { podRow } from '../testing/podRow.ts'

const none = new Set<PodGroup>()

describe('filter tokens', () => {
  it('reads a known field before the colon and takes everything else as text', () => {
    expect(parseToken('node:pe1-a1')).toEqual({ field: 'node', text: 'pe1-a1' })
    expect(parseToken('  backend ')).toEqual({ field: '', text: 'backend' })
    expect(parseToken('backend:0.1')).toEqual({ field: '', text: 'backend:0.1' })
  })

  it('waits for a value before it makes a token of a field', () => {
    expect(parseToken('node:')).toBeNull()
    expect(parseToken('   ')).toBeNull()
  })
})

describe('filtering pods', () => {
  const rows = [
    podRow({ uid: '1', name: 'backend-1', node: 'a', service: 'backend' }),
    podRow({ uid: '2', name: 'agents-1', node: 'b', service: 'agents', status: 'CrashLoopBackOff', health: 'failed' }),
    podRow({ uid: '3', name: 'agents-2', node: 'a', service: 'agents' }),
  ]
  const uids = (tokens: string[], groups = none) =>
    filterPods(
      rows,
      tokens.map((token) => parseToken(token)).filter((token) => token !== null),
      groups,
    ).map((row) => row.uid)

  it('takes tokens of one field as alternatives and different fields as narrowing', () => {
    expect(uids(['node:a', 'node:b'])).toEqual(['1', '2', '3'])
    expect(uids(['node:a', 'service:agents'])).toEqual(['3'])
  })

  it('requires every piece of free text', () => {
    expect(uids(['agents', 'crash'])).toEqual(['2'])
  })

  it('narrows to the chosen groups', () => {
    expect(uids([], new Set<PodGroup>(['failing']))).toEqual(['2'])
  })

  it('ignores case', () => {
    expect(uids(['status:crashloop'])).toEqual(['2'])
  })
})

describe('groups of pods', () => {
  it('counts a warning pod as ready only while all its containers are', () => {
    expect(podGroup(podRow({ health: 'warning', ready: 1 }))).toBe('ready')
    expect(podGroup(podRow({ health: 'warning', ready: 0 }))).toBe('failing')
  })
})
