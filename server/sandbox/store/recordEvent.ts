import { now, randomSuffix } from './metadata.ts'
import type { KubeObject, RecordEvent, Store } from './types.ts'

/** How long the cluster keeps events, as kube-apiserver's --event-ttl. */
const eventLifetimeMilliseconds = 60 * 60 * 1000

interface EventObject extends KubeObject {
  involvedObject: { kind: string; namespace?: string; name: string; uid: string }
  type: string
  reason: string
  message: string
  count: number
  lastTimestamp: string
}

const referenceTo = (about: KubeObject) => ({
  apiVersion: about.apiVersion,
  kind: about.kind,
  name: about.metadata.name,
  ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
  uid: about.metadata.uid,
  resourceVersion: about.metadata.resourceVersion,
})

/** Records events into the store. An event that says the same about the same object raises the count of the first. */
export function createEventRecorder(store: Store): RecordEvent {
  return (about, type, reason, message, component) => {
    // Events about cluster-wide objects live in `default`, as in every cluster.
    const namespace = about.metadata.namespace ?? 'default'
    // An event in a namespace that is going away would hold it back.
    if (store.get('namespaces', undefined, namespace)?.metadata.deletionTimestamp !== undefined) return
    const same = store
      .list<EventObject>('events', { namespace })
      .find(
        (event) =>
          event.involvedObject.uid === about.metadata.uid &&
          event.type === type &&
          event.reason === reason &&
          event.message === message,
      )
    const time = now()
    if (same !== undefined) {
      store.update<EventObject>('events', namespace, same.metadata.name, (event) => {
        event.count += 1
        event.lastTimestamp = time
      })
      return
    }
    store.create<EventObject>('events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${about.metadata.name}.${Date.now().toString(16)}${randomSuffix()}`, namespace },
      involvedObject: referenceTo(about),
      type,
      reason,
      message,
      count: 1,
      firstTimestamp: time,
      lastTimestamp: time,
      eventTime: null,
      reportingComponent: component,
      reportingInstance: '',
      source: { component },
    })
  }
}

/** Removes events whose last occurrence is older than their lifetime. */
export function expireEvents(store: Store, at: number = Date.now()): void {
  for (const event of store.list<EventObject>('events')) {
    const seen = Date.parse(event.lastTimestamp ?? event.metadata.creationTimestamp)
    if (at - seen > eventLifetimeMilliseconds) store.delete('events', event.metadata.namespace, event.metadata.name)
  }
}
