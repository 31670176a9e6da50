import { describe, expect, it } from 'vitest'
import { byName, mergeByName, severity } from './podOrder.ts'
import { podRow } from '../testing/podRow.ts'

describe('the order of pods', () => {
  it('sorts numbers inside names as numbers', () => {
    const rows = ['postgresql-10', 'postgresql-2', 'agents-1'].map((name) => podRow({ name }))
    expect(byName(rows).map((row) => row.name)).toEqual(['agents-1', 'postgresql-2', 'postgresql-10'])
  })

  it('puts what needs attention before what is well', () => {
    expect(severity.failed).toBeLessThan(severity.progress)
    expect(severity.progress).toBeLessThan(severity.healthy)
  })

  it('puts new pods among the held ones, at both ends and between', () => {
    const [held, added] = [
      ['b-2', 'b-10'],
      ['a', 'b-9', 'c'],
    ].map((names) => names.map((name) => podRow({ name })))
    const merged = mergeByName(held ?? [], added ?? [])
    expect(merged.map((row) => row.name)).toEqual(['a', 'b-2', 'b-9', 'b-10', 'c'])
  })
})
