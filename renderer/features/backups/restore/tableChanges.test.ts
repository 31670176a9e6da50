import { describe, expect, it } from 'vitest'
import { rowsGained, rowsLost, tableChanges } from './tableChanges.ts'

const changes = tableChanges([
  { name: 'agents', now: 4, after: 4 },
  { name: 'tasks', now: 10, after: 1_500 },
  { name: 'costs', now: 300, after: 100 },
  { name: 'dropped', now: null, after: 50 },
  { name: 'newer', now: 7, after: null },
])

describe('what a restore changes in each table', () => {
  it('shows the largest change first and what stays the same last', () => {
    expect(changes.map((row) => row.name)).toEqual(['tasks', 'costs', 'dropped', 'newer', 'agents'])
  })

  it('says gain, loss, sameness, return and disappearance in words', () => {
    expect(changes.map((row) => row.word)).toEqual(['+1,490', '−200', 'comes back', 'goes', 'same'])
  })

  it('counts lost and gained rows, whole tables included', () => {
    expect(rowsLost(changes)).toBe(207)
    expect(rowsGained(changes)).toBe(1_540)
  })
})
