import type { FeedState } from '#shared/contract/base.ts'
import { faultOf } from '#shared/errors.ts'
import { pause } from '../flow/pause.ts'
import { SharedSources } from '../flow/sharedSources.ts'
import { Bell, stoppable } from '../flow/stoppable.ts'
import { reflect, type ClusterConnection, type Delta, type Reflector, type ReflectorState } from '../kube/index.ts'
import type { Kind } from './kind.ts'
import { pausedLists } from './pausedLists.ts'
import { take, waitingFor } from './reading.ts'

/** Milliseconds a list stays watched after its last reader left: readers of a page leave before those of the next one come. */
const linger = 2_000
/** Rows in one batch: few enough that parsing and drawing them takes a window less than a frame. */
const batchRows = 500
/** Milliseconds between two batches of one reader: one a frame. */
const frame = 16

/** Where a list is read: some namespaces, all of them, or the cluster itself for kinds that live in no namespace. */
export interface Target {
  connection: ClusterConnection | Promise<ClusterConnection>
  namespaces: readonly string[] | 'all'
}

/** What changed since the reader's last batch. The first batches together are everything there is. */
export interface RowBatch<Row> {
  /** True for the first: nothing of an earlier reading counts. */
  reset: boolean
  deltas: Delta<Row>[]
  state: ReflectorState
}

/** One kind as one reader wants it. */
export interface Part<Row> {
  kind: Kind<unknown>
  project: (facts: unknown) => Row
}

/** @param project what the reader makes of an object's facts; runs once for each change of the object */
export function part<Facts, Row>(kind: Kind<Facts>, project: (facts: Facts) => Row): Part<Row> {
  return { kind, project: project as (facts: unknown) => Row }
}

interface Live {
  kind: Kind<unknown>
  reflector: Reflector<unknown>
}

interface Reading {
  lists: Reflector<unknown>[]
  release: () => void
}

/**
 * One list and one watch per connection, kind and namespace, however many pages, counts and maps read them. Readers bring what
 * they make of an object; the list keeps its facts. After the last reader the watch ends and the rows stay for a while: who
 * comes back gets them at once, marked as old, and then what has changed.
 */
export class LiveLists {
  readonly #paused = pausedLists<Live>((live) => live.reflector.stop())
  readonly #open = new SharedSources<Live>(linger, (live, key) => this.#rest(live, key))
  readonly #names = new WeakMap<ClusterConnection, string>()
  #connections = 0

  /** Rows and removals in batches of at most 500, at most one a frame; changes that were not yet taken are merged per object. */
  batches<Row>(
    target: Target,
    wanted: Part<Row>,
    signal?: AbortSignal,
  ): AsyncGenerator<RowBatch<Row>, void, undefined> {
    return stoppable((stop) => this.#batches(target, wanted, stop), signal)
  }

  /**
   * The rows of several lists as one array, again after each change.
   * @param interval milliseconds at least between two emissions; more where the reader needs long for one
   */
  whole<Row>(
    target: Target,
    parts: readonly Part<Row>[],
    signal?: AbortSignal,
    interval = 100,
  ): AsyncGenerator<{ rows: Row[]; state: ReflectorState }, void, undefined> {
    return stoppable((stop) => this.#whole(target, parts, interval, stop), signal)
  }

  /** The facts of a list that is being read now and is current; undefined for every other. Opens nothing. */
  peek<Facts>(connection: ClusterConnection, kind: Kind<Facts>, namespace: string): Facts[] | undefined {
    const live = this.#open.peek(this.#key(connection, kind, namespace))
    return live?.reflector.state.phase === 'live' ? ([...live.reflector.rows.values()] as Facts[]) : undefined
  }

  /** Whether anything of this cluster is being read. */
  isReading(connection: ClusterConnection): boolean {
    const name = this.#names.get(connection)
    return name !== undefined && this.#open.keys.some((key) => key.startsWith(`${name} `))
  }

  stop(): void {
    this.#open.stop()
    this.#paused.clear()
  }

  async *#batches<Row>(
    target: Target,
    wanted: Part<Row>,
    signal: AbortSignal,
  ): AsyncGenerator<RowBatch<Row>, void, undefined> {
    const reading = await this.#read(target, [wanted.kind])
    const news = new Bell()
    const waiting = waitingFor(reading.lists, () => news.ring())
    try {
      for (let reset = true; ; reset = false) {
        if (waiting.deltas.size === 0) await news.wait(signal)
        if (signal.aborted) return
        const deltas = take(waiting.deltas, batchRows, wanted.project)
        const state = worst(reading.lists)
        const isCut = waiting.deltas.size > 0 && state.phase === 'live'
        yield { reset, deltas, state: isCut ? { phase: 'listing', loaded: deltas.length } : state }
        await pause(frame, signal)
      }
    } finally {
      waiting.stop()
      reading.release()
    }
  }

  async *#whole<Row>(
    target: Target,
    parts: readonly Part<Row>[],
    interval: number,
    signal: AbortSignal,
  ): AsyncGenerator<{ rows: Row[]; state: ReflectorState }, void, undefined> {
    const readings = await Promise.all(parts.map(({ kind }) => this.#read(target, [kind])))
    const news = new Bell()
    const rows = parts.map(() => new Map<string, Row>())
    const lists = readings.flatMap((reading) => reading.lists)
    const offs = readings.flatMap((reading, index) =>
      reading.lists.map((list) =>
        list.subscribe(({ deltas }) => {
          for (const { type, uid, row } of deltas) {
            if (type === 'removed') rows[index]?.delete(uid)
            else rows[index]?.set(uid, (parts[index] as Part<Row>).project(row))
          }
          news.ring()
        }),
      ),
    )
    try {
      for (;;) {
        await news.wait(signal)
        if (signal.aborted) return
        const began = performance.now()
        yield { rows: rows.flatMap((each) => [...each.values()]), state: worst(lists) }
        // A reader that works long on 10,000 rows may take a twentieth of the engine's time, not all of it.
        await pause(Math.max(interval, 20 * (performance.now() - began)), signal)
      }
    } finally {
      for (const off of offs) off()
      for (const reading of readings) reading.release()
    }
  }

  async #read({ connection, namespaces }: Target, kinds: readonly Kind<unknown>[]): Promise<Reading> {
    const to = await connection
    const places = namespaces === 'all' ? [undefined] : namespaces
    const held = kinds.flatMap((kind) => places.map((namespace) => this.#hold(to, kind, namespace)))
    return {
      lists: held.map(({ source }) => source.reflector),
      release: () => {
        for (const { release } of held) release()
      },
    }
  }

  #hold(connection: ClusterConnection, kind: Kind<unknown>, namespace: string | undefined) {
    const key = this.#key(connection, kind, namespace)
    const open = this.#open.peek(key)
    if (open?.reflector.state.phase === 'failed') this.#open.forget(key, open)
    const held = this.#open.hold(key, () => this.#paused.take(key) ?? this.#start(connection, kind, namespace))
    if (held.source.kind !== kind) throw new Error(`Two kinds are defined for ${key}.`)
    held.source.reflector.resume()
    return held
  }

  #start(connection: ClusterConnection, kind: Kind<unknown>, namespace: string | undefined): Live {
    const { resource, facts, unreadable } = kind
    const place = namespace === undefined ? {} : { namespace }
    return { kind, reflector: reflect(connection, { resource, ...place, project: facts, unreadable }) }
  }

  /** A list that was complete once is kept; half of one would be shown as all of it. */
  #rest(live: Live, key: string): void {
    const { reflector } = live
    const isComplete = reflector.state.phase === 'live' || reflector.state.phase === 'stale'
    reflector.pause()
    if (isComplete) this.#paused.put(key, live, reflector.rows.size)
    else reflector.stop()
  }

  #key(connection: ClusterConnection, { resource }: Kind<unknown>, namespace: string | undefined): string {
    const name = this.#names.get(connection) ?? String((this.#connections += 1))
    this.#names.set(connection, name)
    const what = typeof resource === 'string' ? resource : `${resource.name}.${resource.version}.${resource.group}`
    return `${name} ${what} ${namespace ?? '*'}`
  }
}

const severity = { live: 0, listing: 1, stale: 2, failed: 3 }

/** A view made of several lists is as good as its worst one. */
function worst(lists: readonly Reflector<unknown>[]): ReflectorState {
  const states = lists.map((list) => list.state)
  return states.sort((a, b) => severity[b.phase] - severity[a.phase])[0] ?? { phase: 'live' }
}

/** The state of a list as the contract has it. */
export function feedState(state: ReflectorState): FeedState {
  if (state.phase === 'live') return { state: 'live' }
  if (state.phase === 'listing') return { state: 'loading' }
  if (state.phase === 'failed') return { state: 'failed', fault: faultOf(state.error) }
  const { since, error } = state
  return { state: 'stale', since, ...(error ? { fault: faultOf(error) } : {}) }
}
