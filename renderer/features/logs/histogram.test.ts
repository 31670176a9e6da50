import { describe, expect, it } from 'vitest'
import { binWidth, histogram, widthLabel } from './histogram.ts'
import { logLine } from './testing/logLine.ts'

const everything = () => true

describe('the histogram of the log', () => {
  it('counts every shown line once, by level', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) =>
      logLine({ id: index, at: index * 37, level: index % 10 === 0 ? 'error' : index % 3 === 0 ? 'warn' : 'debug' }),
    )
    const { bins, tallest } = histogram(lines, lines.length, 60, everything)
    const sum = bins.reduce((total, bin) => total + bin.error + bin.warn + bin.other, 0)
    expect(sum).toBe(1_000)
    expect(bins.reduce((total, bin) => total + bin.error, 0)).toBe(100)
    expect(bins.length).toBeLessThanOrEqual(60)
    expect(tallest).toBeGreaterThan(0)
  })

  it('leaves out lines that arrived while paused, hidden lines and gap markers', () => {
    const lines = [
      logLine({ id: 1, at: 1 }),
      logLine({ id: 2, at: 2, gap: true }),
      logLine({ id: 3, at: 3, pod: 'hidden' }),
      logLine({ id: 4, at: 4 }),
    ]
    const { bins } = histogram(lines, 3, 60, (line) => line.pod !== 'hidden')
    expect(bins.reduce((total, bin) => total + bin.other, 0)).toBe(1)
  })

  it('has nothing to draw before the first line', () => {
    expect(histogram([], 0, 60, everything).bins).toEqual([])
  })

  it('chooses round widths and names them', () => {
    expect(binWidth(3_600_000, 90)).toBe(60_000)
    expect(binWidth(50, 90)).toBe(100)
    expect([widthLabel(500), widthLabel(30_000), widthLabel(120_000), widthLabel(3_600_000)]).toEqual([
      '500 ms',
      '30 s',
      '2 min',
      '1 h',
    ])
  })
})
