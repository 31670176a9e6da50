import { describe, expect, it } from 'vitest'
import { diffRows, type DiffRow } from './diffRows.ts'

const none = new Set<number>()
const text = (row: DiffRow | undefined) =>
  row && row.kind !== 'fold' ? row.pieces.map((piece) => piece.text).join('') : ''

describe('the diff of a resource', () => {
  it('numbers both sides and marks the words that changed', () => {
    const rows = diffRows('a: 1\nmemory: 1Gi\nz: 1\n', 'a: 1\nmemory: 1536Mi\nz: 1\n', none)
    expect(rows.map((row) => row.kind)).toEqual(['same', 'remove', 'add', 'same'])
    expect(rows[1]).toMatchObject({ before: 2 })
    expect(rows[2]).toMatchObject({ after: 2 })
    const added = rows[2]
    expect(added?.kind === 'add' && added.pieces.filter((piece) => piece.changed).map((piece) => piece.text)).toEqual([
      '1536Mi',
    ])
    expect(text(added)).toBe('memory: 1536Mi')
  })

  it('shows a new resource as added lines only', () => {
    const rows = diffRows('', 'kind: Service\nname: mcp\n', none)
    expect(rows.map((row) => row.kind)).toEqual(['add', 'add'])
    expect(rows.map(text)).toEqual(['kind: Service', 'name: mcp'])
  })

  it('folds what stays the same around a change and unfolds it on request', () => {
    const same = Array.from({ length: 30 }, (_, index) => `line${index}: x`).join('\n')
    const before = `${same}\nlast: 1\n`
    const after = `${same}\nlast: 2\n`
    const folded = diffRows(before, after, none)
    const fold = folded[0]
    expect(fold).toEqual({ kind: 'fold', id: 0, count: 26 })
    expect(folded).toHaveLength(1 + 4 + 2)
    expect(diffRows(before, after, new Set([0]))).toHaveLength(32)
  })

  it('shows a resource that stays the same whole', () => {
    const same = Array.from({ length: 30 }, (_, index) => `line${index}: x`).join('\n')
    expect(diffRows(same, same, none).every((row) => row.kind === 'same')).toBe(true)
  })

  it('does not call the last line changed for a missing newline', () => {
    expect(diffRows('a: 1', 'a: 1\n', none).map((row) => row.kind)).toEqual(['same'])
  })

  it('shows lines with nothing in common whole', () => {
    const rows = diffRows('abc\n', 'xyz\n', none)
    expect(rows.every((row) => row.kind !== 'fold' && row.pieces.every((piece) => !piece.changed))).toBe(true)
  })
})
