import { describe, expect, it } from 'vitest'
import { LogBuffer } from './logBuffer.ts'
import { compileQuery } from './logSearch.ts'
import { allLines, LogView, nextMatch, type LogFacets } from './logView.ts'
import { logLine } from './testing/logLine.ts'

const matcher = compileQuery({ text: 'memory', regex: false, matchCase: false }).matches

function filled(): LogBuffer {
  const buffer = new LogBuffer()
  buffer.add([
    logLine({ id: 1, at: 1, pod: 'a', text: 'memory high' }),
    logLine({ id: 2, at: 2, pod: 'b', text: 'ok' }),
    logLine({ id: 3, at: 3, pod: 'b', text: 'lines may be missing', gap: true }),
    logLine({ id: 4, at: 4, pod: 'a', level: 'error', text: 'out of memory' }),
  ])
  return buffer
}
const ids = (view: LogView) => view.shown.map((line) => line.id)

describe('the view of the log', () => {
  it('hides pods and levels but never a gap marker', () => {
    const facets: LogFacets = { hiddenPods: new Set(['b']), hiddenLevels: new Set(['error']), range: null }
    const view = new LogView()
    const buffer = filled()
    view.update(buffer, facets, null, false, buffer.lines.length)
    expect(ids(view)).toEqual([1, 3])
  })

  it('counts matches among what is shown and can show only them', () => {
    const view = new LogView()
    const buffer = filled()
    view.update(buffer, allLines, matcher, false, 4)
    expect(view.matches).toEqual([0, 3])
    view.update(buffer, allLines, matcher, true, 4)
    expect(ids(view)).toEqual([1, 3, 4])
    expect(view.matches).toEqual([0, 2])
  })

  it('takes appended lines without looking at the old ones again', () => {
    const view = new LogView()
    const buffer = filled()
    view.update(buffer, allLines, matcher, false, 2)
    const kept = view.shown[0]
    view.update(buffer, allLines, matcher, false, 4)
    expect(ids(view)).toEqual([1, 2, 3, 4])
    expect(view.shown[0]).toBe(kept)
  })

  it('starts over when a late line was put in between', () => {
    const view = new LogView()
    const buffer = filled()
    view.update(buffer, allLines, null, false, 4)
    buffer.add([logLine({ id: 9, at: 2.5 })])
    view.update(buffer, allLines, null, false, 5)
    expect(ids(view)).toEqual([1, 2, 9, 3, 4])
  })

  it('narrows to a range of time', () => {
    const view = new LogView()
    const buffer = filled()
    view.update(buffer, { ...allLines, range: { from: 2, to: 4 } }, null, false, 4)
    expect(ids(view)).toEqual([2, 3])
  })
})

describe('going through matches', () => {
  it('goes around the end in both directions', () => {
    expect(nextMatch([2, 5, 9], 9, 1)).toBe(2)
    expect(nextMatch([2, 5, 9], 2, -1)).toBe(9)
  })

  it('begins with the nearest match when the current line is none', () => {
    expect(nextMatch([2, 5, 9], 3, 1)).toBe(5)
    expect(nextMatch([2, 5, 9], 3, -1)).toBe(2)
    expect(nextMatch([], 3, 1)).toBe(-1)
    expect(nextMatch([2, 5, 9], -1, 1)).toBe(9)
  })
})
