import { expect, it } from 'vitest'
import { LogCursor, parseTime } from './logCursor.ts'

const at = (fraction: string): string => `2026-11-23T10:00:05.${fraction}Z`
const feed = (cursor: LogCursor, ...lines: [string, string][]): string[] =>
  lines.map(([time, text]) => cursor.take(at(time), text))

it('resumes at the whole second of the last line', () => {
  const cursor = new LogCursor()
  expect(cursor.sinceTime).toBeUndefined()
  feed(cursor, ['999999999', 'a'])
  expect(cursor.sinceTime).toBe('2026-11-23T10:00:05Z')
})

it('drops exactly the lines that come again, counting equal ones', () => {
  const cursor = new LogCursor()
  feed(cursor, ['1', 'a'], ['1', 'a'], ['2', 'b'])
  cursor.resume()
  expect(feed(cursor, ['1', 'a'], ['1', 'a'], ['2', 'b'], ['2', 'b'], ['3', 'c'])).toEqual([
    'duplicate',
    'duplicate',
    'duplicate',
    'new',
    'new',
  ])
})

it('marks a gap when the last line does not come again', () => {
  const cursor = new LogCursor()
  feed(cursor, ['1', 'a'], ['2', 'b'])
  cursor.resume()
  expect(feed(cursor, ['3', 'c'], ['4', 'd'])).toEqual(['gap', 'new'])
})

it('still knows the last line when a resumed stream breaks before it', () => {
  const cursor = new LogCursor()
  feed(cursor, ['1', 'a'], ['2', 'b'])
  cursor.resume()
  feed(cursor, ['1', 'a'])
  cursor.resume()
  expect(feed(cursor, ['1', 'a'], ['2', 'b'], ['3', 'c'])).toEqual(['duplicate', 'duplicate', 'new'])
})

it('drops what is older than the first line shown', () => {
  const cursor = new LogCursor()
  feed(cursor, ['2', 'b'])
  cursor.resume()
  expect(feed(cursor, ['1', 'not shown'], ['2', 'b'], ['3', 'c'])).toEqual(['duplicate', 'duplicate', 'new'])
})

it('starts over with a restarted container, with a gap where the old tail is lost', () => {
  const cursor = new LogCursor()
  feed(cursor, ['1', 'a'])
  cursor.restart(false)
  expect(feed(cursor, ['2', 'b'])).toEqual(['new'])
  cursor.resume()
  cursor.restart(false)
  expect(feed(cursor, ['3', 'c'], ['4', 'd'])).toEqual(['gap', 'new'])
})

it('reads nanoseconds and offsets', () => {
  expect(parseTime('1970-01-01T01:00:01.5+01:00')).toEqual({ seconds: 1, nanos: 500_000_000 })
  expect(parseTime('failed to read the log')).toBeUndefined()
})
