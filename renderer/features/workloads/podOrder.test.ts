import { describe, expect, it } from 'vitest'
import { byName, ranks, severity } from './podOrder.ts'
import { podRow } from './testing/podRow.ts'

describe('the order of pods', () => {
  it('sorts numbers inside names as numbers', () => {
    const rows = ['postgresql-10', 'postgresql-2', 'agents-1'].map((name) => podRow({ name }))
    expect(byName(rows).map((row) => row.name)).toEqual(['agents-1', 'postgresql-2', 'postgresql-10'])
  })

  it('puts what needs attention before what is well', () => {
    expect(severity.failed).toBeLessThan(severity.progress)
    expect(severity.progress).toBeLessThan(severity.healthy)
  })

  it('ranks texts in their order, each once', () => {
    expect([...ranks(['b', 'a', 'b', 'c'])]).toEqual([
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ])
  })
})
