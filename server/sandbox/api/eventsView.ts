import { resourceRow, type ResourceRow } from '../store/resources.ts'
import type { KubeObject } from '../store/types.ts'

/** `events.k8s.io/v1`: the events of the core group under the names the newer API gives their fields. Read only. */
export const eventsRow: ResourceRow = {
  ...resourceRow('events'),
  group: 'events.k8s.io',
  version: 'v1',
  apiVersion: 'events.k8s.io/v1',
  model: 'EventsV1Event',
  shortNames: [],
}

/** An object as the API of a row shows it. */
export function viewOf(row: ResourceRow, object: KubeObject): KubeObject {
  if (row !== eventsRow) return object
  const { metadata, eventTime, action, related, series, reason, type } = object
  return {
    apiVersion: row.apiVersion,
    kind: row.kind,
    metadata,
    eventTime: eventTime ?? null,
    regarding: object.involvedObject,
    reason,
    type,
    note: object.message,
    reportingController: object.reportingComponent ?? '',
    reportingInstance: object.reportingInstance ?? '',
    action,
    related,
    series,
    deprecatedSource: object.source,
    deprecatedFirstTimestamp: object.firstTimestamp,
    deprecatedLastTimestamp: object.lastTimestamp,
    deprecatedCount: object.count,
  }
}
