import { describe, expect, it } from 'vitest'
import { lineHeight, RowHeights } from './rowHeights.ts'
import { logLine } from './testing/logLine.ts'

const lines = [10, 25, 5, 100].map((length, id) => logLine({ id, text: 'x'.repeat(length) }))

describe('heights of log rows', () => {
  it('gives every row one line when lines are not wrapped', () => {
    const heights = new RowHeights()
    heights.update(lines, 0)
    expect(heights.top(3)).toBe(3 * lineHeight)
    expect(heights.indexAt(2 * lineHeight + 1, 4)).toBe(2)
    expect(heights.indexAt(99_999, 4)).toBe(3)
  })

  it('counts the lines a wrapped text needs and finds a row by its height', () => {
    const heights = new RowHeights()
    heights.update(lines, 10)
    expect([0, 1, 2, 3, 4].map((index) => heights.top(index) / lineHeight)).toEqual([0, 1, 4, 5, 15])
    expect(heights.indexAt(0, 4)).toBe(0)
    expect(heights.indexAt(3.5 * lineHeight, 4)).toBe(1)
    expect(heights.indexAt(4 * lineHeight, 4)).toBe(2)
    expect(heights.indexAt(14 * lineHeight, 4)).toBe(3)
  })

  it('measures again when the width or the first row changes', () => {
    const heights = new RowHeights()
    heights.update(lines, 10)
    heights.update(lines, 50)
    expect(heights.top(4)).toBe(5 * lineHeight)
    heights.update(lines.slice(1), 50)
    expect(heights.top(3)).toBe(4 * lineHeight)
  })
})
