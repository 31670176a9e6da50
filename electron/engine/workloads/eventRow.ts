import type { CoreV1Event } from '@kubernetes/client-node'
import type { EventRow } from '#shared/contract/workloads.ts'
import { sanitise, type KubeObject } from '../kube/index.ts'

/** Both generations of Events: counts and times live in `series` in the newer one. */
export function eventRow(object: KubeObject): EventRow {
  const event = object as unknown as CoreV1Event
  const created = object.metadata.creationTimestamp
  const last = event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? created
  const first = event.firstTimestamp ?? event.eventTime ?? created
  return {
    uid: object.metadata.uid ?? '',
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    reason: event.reason ?? '',
    message: sanitise(event.message ?? ''),
    about: { kind: event.involvedObject.kind ?? '', name: event.involvedObject.name ?? '' },
    count: event.series?.count ?? event.count ?? 1,
    firstAt: Date.parse(String(first)),
    lastAt: Date.parse(String(last)),
  }
}
