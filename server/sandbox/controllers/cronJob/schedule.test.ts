import { expect, test } from 'vitest'
import { parseSchedule } from './schedule.ts'

const time = (text: string): number => Date.parse(text)
const iso = (milliseconds: number | undefined): string => new Date(milliseconds ?? 0).toISOString()

test.each([
  ['*/15 * * * *', '2026-03-01T10:07:00Z', '2026-03-01T10:15:00.000Z'],
  ['30 2 * * 1-5', '2026-03-06T03:00:00Z', '2026-03-09T02:30:00.000Z'],
  ['0 0 1 jan,JUL *', '2026-03-06T03:00:00Z', '2026-07-01T00:00:00.000Z'],
  ['@daily', '2026-03-06T03:00:00Z', '2026-03-07T00:00:00.000Z'],
  ['@weekly', '2026-03-06T03:00:00Z', '2026-03-08T00:00:00.000Z'],
  ['@every 1h30m', '2026-03-06T03:00:00Z', '2026-03-06T04:30:00.000Z'],
  // Day of month and day of week: either is enough.
  ['0 12 13 * 5', '2026-03-09T00:00:00Z', '2026-03-13T12:00:00.000Z'],
  ['0 12 20 * 1', '2026-03-17T00:00:00Z', '2026-03-20T12:00:00.000Z'],
])('%s after %s starts at %s', (schedule, after, expected) => {
  expect(iso(parseSchedule(schedule, undefined).next(time(after)))).toBe(expected)
})

test('a time zone moves the start with its daylight saving', () => {
  const schedule = parseSchedule('0 9 * * *', 'Europe/Berlin')
  expect(iso(schedule.next(time('2026-03-28T00:00:00Z')))).toBe('2026-03-28T08:00:00.000Z')
  expect(iso(schedule.next(time('2026-03-29T00:00:00Z')))).toBe('2026-03-29T07:00:00.000Z')
})

test('of several missed starts the latest counts', () => {
  const schedule = parseSchedule('0 * * * *', undefined)
  const { at, isMany } = schedule.latest(time('2026-03-01T00:00:00Z'), time('2026-03-01T05:30:00Z'))
  expect([iso(at), isMany]).toEqual(['2026-03-01T05:00:00.000Z', false])
  expect(schedule.latest(time('2026-03-01T05:00:00Z'), time('2026-03-01T05:30:00Z')).at).toBeUndefined()
  expect(schedule.latest(time('2026-03-01T05:00:00Z'), time('2026-03-01T06:00:00Z')).at).toBe(
    time('2026-03-01T06:00:00Z'),
  )
  expect(schedule.latest(time('2026-01-01T05:00:00Z'), time('2026-03-01T06:00:00Z')).isMany).toBe(true)
})

test.each(['', '* * * *', '* * * * * *', '61 * * * *', 'hello', 'L * * * *', '0 0 L * *', '@every soon', '@reboot'])(
  'the schedule "%s" is refused',
  (schedule) => {
    expect(() => parseSchedule(schedule, undefined)).toThrow()
  },
)

test('an unknown time zone is refused by its name', () => {
  expect(() => parseSchedule('@daily', 'Mars/Olympus')).toThrow('unknown time zone Mars/Olympus')
})
