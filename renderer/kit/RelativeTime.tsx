import { useNow } from './clock.ts'
import { formatDuration } from './formats.ts'
import { formatDay, formatMinute, formatMoment, useTimeZone, zoneAt } from './times.ts'

const dayLength = 86_400_000

/** `20 min ago` up to 24 h, then `17 Nov 14:12`; the exact time on hover. */
export function RelativeTime({ time, suffix = 'ago' }: { time: number | null; suffix?: string }) {
  const now = useNow(5000)
  useTimeZone()
  if (time === null) return <span title={formatMoment(null)}>–</span>
  const age = Math.max(0, now - time)
  return (
    <time dateTime={new Date(time).toISOString()} title={formatMoment(time)}>
      {age < dayLength
        ? `${formatDuration(coarse(age))} ${suffix}`.trim()
        : `${formatDay(time)} ${formatMinute(time)} ${zoneAt(time)}`}
    </time>
  )
}

/** Full minutes above one minute, full hours above ten: an age needs no more. */
function coarse(age: number): number {
  if (age < 5000) return 1000
  if (age < 60_000) return Math.floor(age / 1000) * 1000
  if (age < 36_000_000) return Math.floor(age / 60_000) * 60_000
  return Math.floor(age / 3_600_000) * 3_600_000
}
