import { useSyncExternalStore } from 'react'

/** How times are written: in the zone the person chose, which stands beside a time unless a head or the status bar says it. */

/** Where a cluster gave no time that can be read. */
const unknownTime = '–'

const numeric = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const

/** Formats are made once a zone: making one costs more than a hundred uses. @param timeZone of the IANA list; undefined is the computer's */
function formatsOf(timeZone: string | undefined) {
  const make = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone, ...options })
  return {
    clock: make({ ...numeric, second: '2-digit' }),
    exact: make({ ...numeric, second: '2-digit', fractionalSecondDigits: 3 }),
    minute: make(numeric),
    day: make({ weekday: 'short', day: 'numeric', month: 'short' }),
    date: make({ year: 'numeric', month: '2-digit', day: '2-digit' }),
    zone: make({ timeZoneName: 'longOffset' }),
  }
}

let zone: string | undefined
let formats = formatsOf(zone)
const listeners = new Set<() => void>()

/** Sets the zone of all times in the window. @param next of the IANA list, as `UTC`; undefined is the computer's own */
export function setTimeZone(next: string | undefined): void {
  if (next === zone) return
  zone = next
  formats = formatsOf(next)
  for (const each of listeners) each()
}

/** Draws the component again when the zone changes. Memoised components that write a time call it themselves. */
export function useTimeZone(): string | undefined {
  return useSyncExternalStore(listen, () => zone)
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** `UTC`, `UTC+1`, `UTC+5:30`: the offset that holds at that time, for a name as CST is several zones. */
export function zoneAt(time: number): string {
  const name = formats.zone.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? ''
  return name
    .replace('GMT', 'UTC')
    .replace(/[+-]00:00$/, '')
    .replace(/([+-])0/, '$1')
    .replace(/:00$/, '')
}

/** What clock and calendar of the zone show, as if it were UTC: for arithmetic with days, never for writing. Milliseconds. */
export function wallTime(time: number): number {
  return Date.parse(`${formatDate(time)}T${formatExact(time)}Z`)
}

/** `14:32:08`, where the zone is said elsewhere: in columns, axes and lines. */
export function formatClock(time: number | null): string {
  return time === null ? unknownTime : formats.clock.format(time)
}

/** `14:32:08.123`, for lines of a log. */
export function formatExact(time: number): string {
  return formats.exact.format(time)
}

/** `14:32`. */
export function formatMinute(time: number): string {
  return formats.minute.format(time)
}

/** `14:32:08 UTC+1`, for sentences. */
export function formatTime(time: number): string {
  return `${formatClock(time)} ${zoneAt(time)}`
}

/** `Tue 18 Nov`. */
export function formatDay(time: number): string {
  return formats.day.format(time).replace(',', '')
}

/** `2025-11-18`. */
export function formatDate(time: number): string {
  return formats.date.format(time).split('/').reverse().join('-')
}

/** `Tue 18 Nov 14:32:08`, for columns whose head says the zone. */
export function formatDayClock(time: number): string {
  return `${formatDay(time)} ${formatClock(time)}`
}

/** `Tue 18 Nov 14:32:08 UTC+1`. */
export function formatMoment(time: number | null): string {
  return time === null ? 'No time given' : `${formatDayClock(time)} ${zoneAt(time)}`
}
