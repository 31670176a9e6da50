import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useMemo } from 'react'
import type { Backup } from '#shared/contract/backups.ts'
import { formatBytes, formatMinute, IconButton, Panel, plural, Status, StatusGlyph, wallTime } from '../../kit/index.ts'
import { backupTitle } from './backupActions.ts'
import { stateStatus } from './backupState.ts'
import { calendar, dayMs, dayOf, type CalendarDay } from './calendar.ts'

const weekDays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
// Days are wall times (`calendar.ts`), which are written as they are.
const dayName = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'long', day: 'numeric', month: 'long' })
const shortDate = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' })
const weeks = 5

export interface CalendarPanelProps {
  backups: readonly Backup[]
  /** All times here are wall times; those of backups are not. */
  now: number
  /** Any moment of the day that is shown below. */
  day: number
  /** Any moment of the last week shown. */
  until: number
  onUntil: (until: number) => void
  onDay: (day: number) => void
  selected: string | undefined
  onSelect: (backup: Backup) => void
}

/** Five weeks of real backups, and the chosen day hour by hour. */
export function CalendarPanel(props: CalendarPanelProps) {
  const { backups, now, until, onUntil } = props
  const days = useMemo(() => calendar(backups, until, weeks, now), [backups, until, now])
  const first = days[0]?.[0]?.at ?? until
  const last = days.at(-1)?.[6]?.at ?? until
  return (
    <Panel
      isFlush
      label="Calendar"
      title={
        <>
          {shortDate.format(first)} to {shortDate.format(last)}
          <IconButton
            icon={ChevronLeft}
            size="small"
            label="Earlier weeks"
            onClick={() => onUntil(until - weeks * 7 * dayMs)}
          />
          <IconButton
            icon={ChevronRight}
            size="small"
            label="Later weeks"
            reason={last >= dayOf(now) ? 'This week is the last.' : undefined}
            onClick={() => onUntil(Math.min(now, until + weeks * 7 * dayMs))}
          />
        </>
      }
      aside={
        <>
          <Status status="healthy">verified by trial restore</Status>
          <Status status="waiting">not verified</Status>
          <Status status="failed" emphasis={false}>
            damaged
          </Status>
        </>
      }
    >
      <div className="backups-week backups-week-head" aria-hidden>
        {weekDays.map((name) => (
          <span key={name}>{name}</span>
        ))}
      </div>
      {days.map((week) => (
        <div key={week[0]?.at} className="backups-week">
          {week.map((each) => (
            <Day
              key={each.at}
              day={each}
              isChosen={each.at === dayOf(props.day)}
              isToday={each.at === dayOf(now)}
              onChoose={() => props.onDay(each.at)}
            />
          ))}
        </div>
      ))}
      <DayLine {...props} />
    </Panel>
  )
}

function Day(props: { day: CalendarDay; isChosen: boolean; isToday: boolean; onChoose: () => void }) {
  const { day } = props
  const date = new Date(day.at)
  const label = date.getUTCDate() === 1 ? shortDate.format(day.at) : String(date.getUTCDate())
  const newest = day.backups.at(-1)
  const others = day.backups.length - 1
  return (
    <button
      type="button"
      className={`backups-day${props.isChosen ? ' is-chosen' : ''}${day.future ? ' is-future' : ''}`}
      aria-pressed={props.isChosen}
      onClick={props.onChoose}
    >
      <span className="visually-hidden">
        {dayName.format(day.at)}, {plural(day.backups.length, 'backup')}
      </span>
      <span className="backups-day-head" aria-hidden>
        <b className={props.isToday ? 'is-today' : ''}>{label}</b>
        {day.bytes > 0 ? <span>{formatBytes(day.bytes)}</span> : null}
      </span>
      {newest && day.state ? (
        <span className="backups-day-state" aria-hidden>
          <StatusGlyph status={stateStatus[day.state]} size={13} />
          <span className="truncate">
            {formatMinute(newest.takenAt)}
            {others > 0 ? <span className="dim"> +{others}</span> : ''}
          </span>
        </span>
      ) : null}
    </button>
  )
}

const hours = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24]

function DayLine({ backups, day, now, selected, onSelect }: CalendarPanelProps) {
  const start = dayOf(day)
  const shown = backups.filter((backup) => dayOf(wallTime(backup.takenAt)) === start)
  const at = (time: number) => `${((time - start) / dayMs) * 100}%`
  return (
    <div className="backups-dayline">
      <div className="backups-dayline-head">
        <b>{dayName.format(start)}</b>
        <span className="dim">
          {shown.length === 0 ? 'no backups on this day' : shown.length === 1 ? '1 backup' : `${shown.length} backups`}
        </span>
      </div>
      <div className="backups-track">
        {now >= start && now < start + dayMs ? (
          <span className="backups-now" style={{ left: at(now) }}>
            <i>now</i>
          </span>
        ) : null}
        {shown.map((backup) => (
          <button
            key={backup.id}
            type="button"
            className={backup.id === selected ? 'backups-dot is-selected' : 'backups-dot'}
            style={{ left: at(wallTime(backup.takenAt)) }}
            title={backupTitle(backup)}
            aria-label={`Backup of ${backupTitle(backup)}`}
            onClick={() => onSelect(backup)}
          >
            <StatusGlyph status={stateStatus[backup.state]} size={16} />
          </button>
        ))}
      </div>
      <div className="backups-hours" aria-hidden>
        {hours.map((hour) => (
          <span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
            {String(hour).padStart(2, '0')}:00
          </span>
        ))}
      </div>
    </div>
  )
}
