import type { EventRow } from '#shared/contract/events.ts'
import { formatClock, formatMoment, StatusGlyph } from '../../kit/index.ts'

/** Events newest first: when, whether it is a warning, what, how often. */
export function EventLines({ events, most }: { events: readonly EventRow[]; most?: number }) {
  const shown = [...events].sort((a, b) => (b.lastAt ?? 0) - (a.lastAt ?? 0)).slice(0, most)
  if (shown.length === 0)
    return <p className="note">No events are kept for it. Kubernetes forgets events after about an hour.</p>
  return (
    <div className="pod-events">
      {shown.map((event) => (
        <div key={event.uid} className="pod-event">
          <time className="mono" title={formatMoment(event.lastAt)}>
            {formatClock(event.lastAt)}
          </time>
          <StatusGlyph status={event.type === 'Warning' ? 'warning' : 'info'} size={13} />
          <p className="selectable" title={event.reason}>
            {event.message || event.reason}
          </p>
          <span>{event.count > 1 ? `× ${event.count}` : ''}</span>
        </div>
      ))}
    </div>
  )
}
