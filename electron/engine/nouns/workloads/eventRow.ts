import type { EventRow } from '#shared/contract/events.ts'
import { sanitise, type KubeObject } from '../../kube/index.ts'
import { builtIn, timeOf, type Kind } from '../../objects/kind.ts'

/** As it comes over the wire: times are text, not the Dates that the client's classes promise. */
interface EventObject {
  type?: string
  reason?: string
  message?: string
  count?: number
  involvedObject?: { kind?: string; name?: string }
  series?: { count?: number; lastObservedTime?: string }
  firstTimestamp?: string
  lastTimestamp?: string
  eventTime?: string
}

export const eventKind: Kind<EventRow> = {
  resource: builtIn('Event', 'events'),
  facts: eventRow,
  unreadable: ({ metadata }, reason) => ({
    ...eventRow({ apiVersion: 'v1', kind: 'Event', metadata }),
    message: `The console cannot read this event: ${reason}`,
  }),
}

/** Both generations of Events: counts and times live in `series` in the newer one. */
export function eventRow(object: KubeObject): EventRow {
  const event = object as unknown as EventObject
  const created = object.metadata.creationTimestamp
  const last = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? created
  const first = event.firstTimestamp ?? event.eventTime ?? created
  return {
    uid: object.metadata.uid ?? '',
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    reason: event.reason ?? '',
    message: sanitise(event.message ?? ''),
    about: { kind: event.involvedObject?.kind ?? '', name: event.involvedObject?.name ?? '' },
    count: event.series?.count ?? event.count ?? 1,
    firstAt: timeOf(first),
    lastAt: timeOf(last),
  }
}
