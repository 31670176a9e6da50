import type { ResourceName, StoreEvent } from './types.ts'

export interface PastEvent {
  revision: number
  event: StoreEvent
}

/** Events kept for watches that resume; older ones answer 410 as an API server's compacted etcd does. */
const keptEvents = 2_000

/** The recent events of every kind, so that a watch can start from a resourceVersion of the past. */
export class History {
  private readonly events = new Map<ResourceName, PastEvent[]>()
  private readonly floors = new Map<ResourceName, number>()
  private readonly start: number

  /** @param start the revision the process began with: nothing before it is remembered */
  constructor(start: number) {
    this.start = start
  }

  add(resource: ResourceName, past: PastEvent): void {
    const kept = this.events.get(resource) ?? []
    this.events.set(resource, kept)
    kept.push(past)
    if (kept.length <= keptEvents) return
    const dropped = kept.splice(0, keptEvents / 2)
    this.floors.set(resource, dropped.at(-1)?.revision ?? 0)
  }

  /** Everything after a revision, or undefined when that is no longer known in full. */
  since(resource: ResourceName, revision: number): PastEvent[] | undefined {
    if (revision < (this.floors.get(resource) ?? this.start)) return undefined
    return (this.events.get(resource) ?? []).filter((past) => past.revision > revision)
  }
}
