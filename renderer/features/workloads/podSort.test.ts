import { describe, expect, it } from 'vitest'
import { sortPods } from './podSort.ts'
import { podRow } from './testing/podRow.ts'

const rows = [
  podRow({ name: 'b-10', health: 'healthy', restarts: 2, createdAt: 30 }),
  podRow({ name: 'b-2', health: 'failed', restarts: 2, createdAt: 20 }),
  podRow({ name: 'a-1', health: 'progress', restarts: 0, createdAt: 10 }),
]
const noUse = () => undefined
const names = (
  column: Parameters<typeof sortPods>[1]['column'],
  descending = false,
  useOf: Parameters<typeof sortPods>[2] = noUse,
) => sortPods(rows, { column, descending }, useOf).map((row) => row.name)

describe('sorting pods', () => {
  it('orders numbers inside names as numbers', () => {
    expect(names('name')).toEqual(['a-1', 'b-2', 'b-10'])
  })

  it('puts what needs attention first when sorted by status', () => {
    expect(names('status')).toEqual(['b-2', 'a-1', 'b-10'])
  })

  it('keeps equal rows in the order of their names, in both directions', () => {
    expect(names('restarts', true)).toEqual(['b-2', 'b-10', 'a-1'])
  })

  it('shows the youngest first when sorted by age', () => {
    expect(names('age')).toEqual(['b-10', 'b-2', 'a-1'])
  })

  it('keeps pods without figures at the end in either direction', () => {
    const use: Record<string, { cpu: number; memory: number }> = {
      'b-10': { cpu: 1, memory: 1 },
      'a-1': { cpu: 2, memory: 1 },
    }
    expect(names('cpu', false, (name) => use[name])).toEqual(['b-10', 'a-1', 'b-2'])
    expect(names('cpu', true, (name) => use[name])).toEqual(['a-1', 'b-10', 'b-2'])
  })
})
