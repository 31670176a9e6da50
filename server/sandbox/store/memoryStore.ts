import { alreadyExists, badRequest, conflict } from '../api/errors.ts'
import { isReleased, markDeleted } from './deletion.ts'
import { deepFreeze, sameJson } from './freeze.ts'
import { History, type PastEvent } from './history.ts'
import { Journal, type JournalEntry, type Snapshot } from './journal.ts'
import { newMetadata, restoreFixedFields } from './metadata.ts'
import { resourceRow } from './resources.ts'
import type { DeleteOptions, KubeObject, NewObject, ResourceName, Store, StoreEvent } from './types.ts'

/** The store as the API server uses it: with revisions for lists and watches. */
export interface RevisionedStore extends Store {
  /** The resourceVersion of the newest write. */
  readonly revision: number
  /** Events after a revision, or undefined when they are no longer all known (410 Expired). */
  eventsSince(resource: ResourceName, revision: number): PastEvent[] | undefined
  /** Writes what is pending and closes the journal. No write may follow. */
  close(): Promise<void>
}

type Handler = (event: StoreEvent) => void

const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ''}/${name}`

const matches = (object: KubeObject, labels: Record<string, string> | undefined): boolean =>
  labels === undefined || Object.entries(labels).every(([key, value]) => object.metadata.labels?.[key] === value)

class MemoryStore implements RevisionedStore {
  revision = 0
  private readonly objects = new Map<ResourceName, Map<string, KubeObject>>()
  private readonly handlers = new Map<ResourceName, Set<Handler>>()
  private readonly undelivered: { resource: ResourceName; event: StoreEvent }[] = []
  private history = new History(0)
  private journal: Journal | undefined

  /** Reads the state left by an earlier run. */
  async open(folder: string): Promise<void> {
    const { journal, snapshot, entries } = await Journal.open(folder, () => this.snapshot())
    this.revision = snapshot.revision
    for (const [resource, objects] of Object.entries(snapshot.objects)) {
      for (const object of objects)
        this.table(resource).set(keyOf(object.metadata.namespace, object.metadata.name), object)
    }
    for (const entry of entries) this.replay(entry)
    for (const table of this.objects.values()) for (const object of table.values()) deepFreeze(object)
    this.history = new History(this.revision)
    this.journal = journal
  }

  get<T extends KubeObject>(resource: ResourceName<T>, namespace: string | undefined, name: string): T | undefined {
    return this.table(resource).get(keyOf(namespace, name)) as T | undefined
  }

  list<T extends KubeObject>(
    resource: ResourceName,
    filter: { namespace?: string; labels?: Record<string, string> } = {},
  ): T[] {
    const found = [...this.table(resource).values()].filter(
      (object) =>
        (filter.namespace === undefined || object.metadata.namespace === filter.namespace) &&
        matches(object, filter.labels),
    )
    return found as T[]
  }

  create<T extends KubeObject>(resource: ResourceName, object: NewObject<T>): T {
    const row = resourceRow(resource)
    const metadata = newMetadata(row, object)
    if (row.namespaced && (metadata.namespace ?? '') === '')
      throw badRequest('an empty namespace may not be set during creation')
    if (this.get(resource, metadata.namespace, metadata.name) !== undefined) throw alreadyExists(row, metadata.name)
    const copy = structuredClone({ ...object, apiVersion: row.apiVersion, kind: row.kind, metadata }) as KubeObject
    return this.commit(resource, copy, undefined) as T
  }

  update<T extends KubeObject>(
    resource: ResourceName,
    namespace: string | undefined,
    name: string,
    change: (object: T) => void,
    options: { subresource?: 'status' } = {},
  ): T | undefined {
    const before = this.get(resource, namespace, name)
    if (before === undefined) return undefined
    let after = structuredClone(before)
    change(after as T)
    if (options.subresource === 'status') {
      // Who wrote the status is part of the status write; the rest of the metadata is not.
      const { managedFields } = after.metadata
      const metadata = { ...before.metadata, ...(managedFields === undefined ? {} : { managedFields }) }
      after = { ...before, metadata, status: after.status ?? {} }
    } else if (resourceRow(resource).subresources.includes('status')) {
      if (before.status === undefined) delete after.status
      else after.status = before.status
    }
    restoreFixedFields(before, after)
    if (isReleased(after)) return this.remove(resource, after, before) as T
    if (sameJson(before, after)) return before as T
    return this.commit(resource, structuredClone(after), before) as T
  }

  delete(
    resource: ResourceName,
    namespace: string | undefined,
    name: string,
    options: DeleteOptions = {},
  ): KubeObject | undefined {
    const before = this.get(resource, namespace, name)
    if (before === undefined) return undefined
    this.checkPreconditions(resource, before, options)
    const after = structuredClone(before)
    markDeleted(after, options)
    if (isReleased(after)) return this.remove(resource, after, before)
    return sameJson(before, after) ? before : this.commit(resource, after, before)
  }

  watch<T extends KubeObject>(resource: ResourceName, handler: (event: StoreEvent<T>) => void): () => void {
    resourceRow(resource)
    const handlers = this.handlers.get(resource) ?? new Set<Handler>()
    this.handlers.set(resource, handlers)
    // A fresh function, so that one handler subscribed twice is called twice and unsubscribed one at a time.
    const subscribed: Handler = (event) => handler(event as StoreEvent<T>)
    handlers.add(subscribed)
    return () => handlers.delete(subscribed)
  }

  eventsSince(resource: ResourceName, revision: number): PastEvent[] | undefined {
    return this.history.since(resource, revision)
  }

  async flush(): Promise<void> {
    await this.journal?.flush()
  }

  async close(): Promise<void> {
    await this.journal?.close()
  }

  private table(resource: ResourceName): Map<string, KubeObject> {
    const present = this.objects.get(resource)
    if (present !== undefined) return present
    resourceRow(resource)
    const created = new Map<string, KubeObject>()
    this.objects.set(resource, created)
    return created
  }

  private checkPreconditions(resource: ResourceName, object: KubeObject, options: DeleteOptions): void {
    const { uid, resourceVersion } = options.preconditions ?? {}
    const refuse = (what: string, wanted: string, found: string) =>
      conflict(
        resourceRow(resource),
        object.metadata.name,
        `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${found}`,
      )
    if (uid !== undefined && uid !== object.metadata.uid) throw refuse('UID', uid, object.metadata.uid)
    if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) {
      throw refuse('ResourceVersion', resourceVersion, object.metadata.resourceVersion)
    }
  }

  private commit(resource: ResourceName, object: KubeObject, previous: KubeObject | undefined): KubeObject {
    const revision = ++this.revision
    object.metadata.resourceVersion = String(revision)
    deepFreeze(object)
    this.table(resource).set(keyOf(object.metadata.namespace, object.metadata.name), object)
    this.journal?.append({ revision, resource, put: object })
    this.announce(
      resource,
      revision,
      previous === undefined ? { type: 'ADDED', object } : { type: 'MODIFIED', object, previous },
    )
    return object
  }

  private remove(resource: ResourceName, last: KubeObject, previous: KubeObject): KubeObject {
    const revision = ++this.revision
    last.metadata.resourceVersion = String(revision)
    const object = deepFreeze(structuredClone(last))
    const key = keyOf(object.metadata.namespace, object.metadata.name)
    this.table(resource).delete(key)
    this.journal?.append({ revision, resource, removed: key })
    this.announce(resource, revision, { type: 'DELETED', object, previous })
    return object
  }

  private announce(resource: ResourceName, revision: number, event: StoreEvent): void {
    this.history.add(resource, { revision, event })
    this.undelivered.push({ resource, event })
    if (this.undelivered.length === 1) setImmediate(() => this.deliver())
  }

  /** Hands out events in order. What handlers write is delivered in a later turn. */
  private deliver(): void {
    for (const { resource, event } of this.undelivered.splice(0)) {
      for (const handler of [...(this.handlers.get(resource) ?? [])]) handler(event)
    }
  }

  private replay(entry: JournalEntry): void {
    this.revision = entry.revision
    const table = this.table(entry.resource)
    if ('removed' in entry) table.delete(entry.removed)
    else table.set(keyOf(entry.put.metadata.namespace, entry.put.metadata.name), entry.put)
  }

  private snapshot(): Snapshot {
    const objects = Object.fromEntries([...this.objects].map(([resource, table]) => [resource, [...table.values()]]))
    return { revision: this.revision, objects }
  }
}

/** Opens the state in a folder, created when absent; resumes after a crash with all that was flushed. */
export async function openStore(folder: string): Promise<RevisionedStore> {
  const store = new MemoryStore()
  await store.open(folder)
  return store
}
