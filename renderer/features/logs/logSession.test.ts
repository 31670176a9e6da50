import { describe, expect, it } from 'vitest'
import type { LogLine } from '#shared/contract/logs.ts'
import { LogSession, mostWaiting } from './logSession.ts'
import { logLine } from './testing/logLine.ts'

/** A session whose frames come when the test says so. */
function session() {
  const frames: (() => void)[] = []
  const told: number[] = []
  const log = new LogSession((run) => frames.push(run))
  log.begin((count) => told.push(count))
  const frame = () => {
    for (const run of frames.splice(0)) run()
  }
  const receive = (...lines: LogLine[]) => log.receive({ lines, sources: [] })
  return { log, frame, receive, acknowledged: () => told.reduce((sum, count) => sum + count, 0) }
}

describe('a log session', () => {
  it('shows what came in a frame at once and acknowledges every line', () => {
    const { log, frame, receive, acknowledged } = session()
    receive(logLine({ id: 1, at: 1 }))
    receive(logLine({ id: 2, at: 2 }))
    expect(log.view.shown).toHaveLength(0)
    frame()
    expect(log.view.shown.map((line) => line.id)).toEqual([1, 2])
    expect(acknowledged()).toBe(2)
  })

  it('keeps the page still while paused and loses nothing on the way back', () => {
    const { log, frame, receive } = session()
    receive(logLine({ id: 1, at: 1 }))
    frame()
    log.pause(5)
    receive(logLine({ id: 2, at: 2 }), logLine({ id: 3, at: 3 }))
    frame()
    expect(log.view.shown).toHaveLength(1)
    expect(log.store.getState().paused).toEqual({ at: 5, waiting: 2 })
    log.follow()
    expect(log.view.shown.map((line) => line.id)).toEqual([1, 2, 3])
    expect(log.store.getState().paused).toBeNull()
  })

  it('stops acknowledging when very many lines wait, and settles when one follows again', () => {
    const { log, receive, acknowledged } = session()
    log.pause(1)
    receive(...Array.from({ length: mostWaiting }, (_, id) => logLine({ id, at: id })))
    const before = acknowledged()
    receive(logLine({ id: mostWaiting + 1, at: mostWaiting + 1 }))
    expect(acknowledged()).toBe(before)
    log.follow()
    expect(acknowledged()).toBe(mostWaiting + 1)
    expect(log.buffer.lines).toHaveLength(mostWaiting + 1)
  })

  it('keeps what is on screen when the stream breaks, marks the gap and leaves out lines that come twice', () => {
    const { log, frame, receive } = session()
    receive(logLine({ id: 1, at: 1, text: 'first' }), logLine({ id: 2, at: 2, text: 'second' }))
    frame()
    log.resume(() => undefined)
    receive(
      logLine({ id: 1, at: 2, text: 'second' }),
      logLine({ id: 2, at: 3, text: 'third' }),
      logLine({ id: 3, at: 1, pod: 'new' }),
    )
    frame()
    expect(log.view.shown.filter((line) => !line.gap).map((line) => line.text)).toEqual([
      'first',
      'request served',
      'second',
      'third',
    ])
    expect(log.view.shown.filter((line) => line.gap)).toHaveLength(1)
  })

  it('counts lines by pod and level as they come, also while paused', () => {
    const { log, receive } = session()
    log.pause(1)
    receive(logLine({ pod: 'a', level: 'error' }), logLine({ pod: 'a' }), logLine({ pod: 'b', gap: true }))
    expect(log.podCounts.get('a')).toBe(2)
    expect(log.podCounts.has('b')).toBe(false)
    expect(log.levelCounts.get('error')).toBe(1)
  })

  it('says what is wrong with an expression and keeps showing all lines', () => {
    const { log, frame, receive } = session()
    receive(logLine({ text: 'a' }))
    frame()
    log.search({ text: '(', regex: true, matchCase: false })
    log.setOnlyMatches(true)
    expect(log.store.getState().problem).toContain('cannot be read')
    expect(log.view.shown).toHaveLength(1)
  })
})
