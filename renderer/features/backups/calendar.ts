import type { Backup } from '#shared/contract/backups.ts'
import { wallTime } from '../../kit/index.ts'

export const dayMs = 86_400_000

type DayState = 'verified' | 'intact' | 'damaged'

export interface CalendarDay {
  /** Midnight by the chosen clock, as a wall time. */
  at: number
  backups: Backup[]
  /** The best state of the day: one good copy is what a restore needs. */
  state: DayState | null
  bytes: number
  future: boolean
}

/** Midnight of a wall time. */
export const dayOf = (at: number) => Math.floor(at / dayMs) * dayMs

/** 1970-01-01 was a Thursday; weeks begin on Monday. */
const mondayOf = (at: number) => dayOf(at) - ((Math.floor(at / dayMs) + 3) % 7) * dayMs

const rank: Record<Backup['state'], number> = { verified: 2, intact: 1, damaged: 0 }

/**
 * Whole weeks of days by the chosen clock, oldest first, the last holding `until`; all times here are wall times.
 * @param now days that begin after it are in the future
 */
export function calendar(backups: readonly Backup[], until: number, weeks: number, now: number): CalendarDay[][] {
  const first = mondayOf(until) - (weeks - 1) * 7 * dayMs
  return Array.from({ length: weeks }, (_, week) =>
    Array.from({ length: 7 }, (_, day) => calendarDay(backups, first + (week * 7 + day) * dayMs, now)),
  )
}

function calendarDay(backups: readonly Backup[], at: number, now: number): CalendarDay {
  const of = backups.filter((backup) => dayOf(wallTime(backup.takenAt)) === at).sort((a, b) => a.takenAt - b.takenAt)
  const best = of.reduce<DayState | null>(
    (state, each) => (state && rank[state] >= rank[each.state] ? state : each.state),
    null,
  )
  return { at, backups: of, state: best, bytes: of.reduce((sum, each) => sum + each.bytes, 0), future: at > now }
}

/** The backup a restore would choose: the newest that is not damaged. */
export function newestUsable(backups: readonly Backup[]): Backup | undefined {
  return newest(backups.filter((backup) => backup.state !== 'damaged'))
}

export function newestVerified(backups: readonly Backup[]): Backup | undefined {
  return newest(backups.filter((backup) => backup.state === 'verified'))
}

function newest(backups: readonly Backup[]): Backup | undefined {
  return backups.reduce<Backup | undefined>(
    (best, each) => (best && best.takenAt >= each.takenAt ? best : each),
    undefined,
  )
}
