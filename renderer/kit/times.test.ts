import { afterEach, describe, expect, it } from 'vitest'
import {
  formatClock,
  formatDate,
  formatExact,
  formatMoment,
  formatTime,
  setTimeZone,
  wallTime,
  zoneAt,
} from './times.ts'

const time = Date.UTC(2025, 10, 18, 14, 32, 8, 45)

afterEach(() => setTimeZone(undefined))

describe('times', () => {
  it.each([
    ['UTC', 'Tue 18 Nov 14:32:08 UTC'],
    ['Europe/Berlin', 'Tue 18 Nov 15:32:08 UTC+1'],
    ['America/St_Johns', 'Tue 18 Nov 11:02:08 UTC-3:30'],
    ['Asia/Kolkata', 'Tue 18 Nov 20:02:08 UTC+5:30'],
    ['Pacific/Kiritimati', 'Wed 19 Nov 04:32:08 UTC+14'],
    ['America/Los_Angeles', 'Tue 18 Nov 06:32:08 UTC-8'],
  ])('are written by the clock of %s, with the zone', (zone, text) => {
    setTimeZone(zone)
    expect(formatMoment(time)).toBe(text)
    expect(formatTime(time)).toBe(text.slice(11))
  })

  it('say the offset of their own day, not that of today', () => {
    setTimeZone('Europe/Berlin')
    expect([Date.UTC(2026, 6, 1), Date.UTC(2026, 11, 1)].map(zoneAt)).toEqual(['UTC+2', 'UTC+1'])
  })

  it('write midnight as 00, the day in the zone, and nothing where no time was given', () => {
    setTimeZone('Asia/Tokyo')
    const midnight = Date.UTC(2026, 0, 1, 15)
    expect([formatClock(midnight), formatDate(midnight)]).toEqual(['00:00:00', '2026-01-02'])
    expect(formatExact(time + 0.25)).toBe('23:32:08.045')
    expect(new Date(wallTime(midnight)).toISOString()).toBe('2026-01-02T00:00:00.000Z')
    expect([formatClock(null), formatMoment(null)]).toEqual(['–', 'No time given'])
  })
})
