import { describe, expect, it } from 'vitest'
import { calendar, dayOf, newestUsable, newestVerified } from './calendar.ts'
import { backup } from './testing/backup.ts'

// 23 November 2026 is a Monday.
const now = Date.UTC(2026, 10, 25, 14, 32)

describe('the calendar of backups', () => {
  it('shows whole weeks from Monday to Sunday, the last holding today', () => {
    const weeks = calendar([], now, 5, now)
    expect(weeks).toHaveLength(5)
    expect(weeks.flat()).toHaveLength(35)
    expect(weeks[4]?.[0]?.at).toBe(Date.UTC(2026, 10, 23))
    expect(weeks[0]?.[0]?.at).toBe(Date.UTC(2026, 9, 26))
    expect(weeks[4]?.map((day) => day.future)).toEqual([false, false, false, true, true, true, true])
  })

  it('gives a day the state of its best backup and the bytes of all', () => {
    const taken = Date.UTC(2026, 10, 24, 2)
    const days = calendar(
      [
        backup({ id: 'a', takenAt: taken, bytes: 10, state: 'verified' }),
        backup({ id: 'b', takenAt: taken + 1_000, bytes: 5, state: 'damaged' }),
      ],
      now,
      1,
      now,
    ).flat()
    const day = days.find((each) => each.at === dayOf(taken))
    expect(day).toMatchObject({ state: 'verified', bytes: 15 })
    expect(day?.backups.map((each) => each.id)).toEqual(['a', 'b'])
    expect(days.filter((each) => each.state === null)).toHaveLength(6)
  })

  it('puts a backup taken a moment before midnight on the day it was taken', () => {
    const late = Date.UTC(2026, 10, 24) - 1
    const days = calendar([backup({ takenAt: late })], now, 1, now).flat()
    expect(days.findIndex((day) => day.backups.length > 0)).toBe(0)
  })
})

describe('the newest backup', () => {
  it('is the newest that can still be restored', () => {
    const good = backup({ id: 'good', takenAt: 1 })
    expect(newestUsable([good, backup({ id: 'bad', takenAt: 2, state: 'damaged' })])).toBe(good)
    expect(newestVerified([good])).toBeUndefined()
    expect(newestUsable([])).toBeUndefined()
  })
})
