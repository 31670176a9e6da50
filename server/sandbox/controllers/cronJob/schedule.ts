import { CronExpressionParser } from 'cron-parser'

/** The abbreviations Kubernetes takes (github.com/robfig/cron). */
const macros: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** More missed starts than this mean that the clock or the schedule is wrong. */
const manyMissed = 100

/** When a CronJob starts. Times are milliseconds. */
export interface Schedule {
  /** The first start after a moment. */
  next: (after: number) => number
  /** The last start in (after, until], and whether suspiciously many were in between. */
  latest: (after: number, until: number) => { at: number | undefined; isMany: boolean }
}

/**
 * Reads five cron fields, a macro or `@every <duration>`.
 * @param timeZone an IANA name; UTC without one, because a schedule must not depend on the machine
 * @throws Error that says what is wrong with the text or the zone
 */
export function parseSchedule(text: string, timeZone: string | undefined): Schedule {
  const every = /^@every\s+(.+)$/.exec(text.trim())
  if (every?.[1] !== undefined) return interval(parseDuration(every[1]))
  const expression = macros[text.trim()] ?? text.trim()
  const fields = expression.split(/\s+/)
  if (fields.length !== 5) throw new Error(`expected exactly 5 fields, found ${fields.length}: ${JSON.stringify(text)}`)
  // The parser also knows L, W, # and H, which Kubernetes refuses.
  const foreign = fields.find((field) => !/^[\d*,/?-]+$/.test(field.replace(/[a-z]{3}/gi, '0')))
  if (foreign !== undefined)
    throw new Error(`failed to parse field ${JSON.stringify(foreign)} of ${JSON.stringify(text)}`)
  const at = (time: number) =>
    CronExpressionParser.parse(expression, { currentDate: new Date(time), tz: checkZone(timeZone) })
  at(0)
  return {
    next: (after) => at(after).next().getTime(),
    latest(after, until) {
      const last = at(until + 1)
        .prev()
        .getTime()
      if (last <= after) return { at: undefined, isMany: false }
      const starts = at(after)
      let count = 0
      while (count <= manyMissed && starts.next().getTime() <= until) count += 1
      return { at: last, isMany: count > manyMissed }
    },
  }
}

function checkZone(timeZone: string | undefined): string {
  const zone = timeZone ?? 'UTC'
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return zone
  } catch {
    throw new Error(`unknown time zone ${zone}`)
  }
}

const unitMilliseconds: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000 }

function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)([hms])/g)]
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text) {
    throw new Error(`failed to parse duration @every ${text}`)
  }
  return Math.max(
    1000,
    parts.reduce((sum, [, count, unit]) => sum + Number(count) * (unitMilliseconds[unit ?? ''] ?? 0), 0),
  )
}

/** Starts every so often from a beginning, which for `latest` is the last start. */
function interval(milliseconds: number): Schedule {
  return {
    next: (after) => after + milliseconds,
    latest(after, until) {
      const count = Math.floor((until - after) / milliseconds)
      return { at: count > 0 ? after + count * milliseconds : undefined, isMany: count > manyMissed }
    },
  }
}
