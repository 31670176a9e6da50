import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { Bell, stoppable } from '../flow/stoppable.ts'
import { Backoff } from './backoff.ts'
import { resourceFor } from './discovery.ts'
import { isFinal, runFeed, type FeedListener } from './feed.ts'
import { delta, entryOf, fold, identified, merge, nameKey, type Entry, type Sighting } from './fold.ts'
import { listPages } from './listPages.ts'
import { apiVersionOf, pathOf } from './paths.ts'
import type { Delta, DeltaBatch, ReflectOptions, Reflector, ReflectorState } from './streamTypes.ts'
import type { ApiResource, ClusterConnection, KubeObject } from './types.ts'

/**
 * Mirrors a list and keeps it current until `stop` or the signal. Never throws by itself: see `state` and `synced`.
 */
export function reflect<Row>(connection: ClusterConnection, options: ReflectOptions<Row>): Reflector<Row> {
  return new Mirror(connection, options)
}

class Mirror<Row> implements Reflector<Row> {
  readonly rows = new Map<string, Row>()
  readonly synced: Promise<void>
  state: ReflectorState = { phase: 'listing', loaded: 0 }
  readonly #connection: ClusterConnection
  readonly #options: ReflectOptions<Row>
  readonly #byName = new Map<string, Entry<Row>>()
  readonly #listeners = new Set<(batch: DeltaBatch<Row>) => void>()
  readonly #stopping = new AbortController()
  readonly #signal: AbortSignal
  /** One per namespace, or one for all. */
  readonly #feeds = new Map<string, ReflectorState>()
  /** The resourceVersion up to which each feed is known. */
  readonly #reached = new Map<string, string>()
  #run: AbortController | undefined
  #pausedAt: number | undefined
  #settle: { resolve: () => void; reject: (error: ConsoleError) => void } = {
    resolve: () => undefined,
    reject: () => undefined,
  }

  constructor(connection: ClusterConnection, options: ReflectOptions<Row>) {
    this.#connection = connection
    this.#options = options
    this.#signal = options.signal ? AbortSignal.any([options.signal, this.#stopping.signal]) : this.#stopping.signal
    this.synced = new Promise((resolve, reject) => (this.#settle = { resolve, reject }))
    // Whoever does not wait for it reads `state`.
    this.synced.catch(() => undefined)
    this.#signal.addEventListener(
      'abort',
      () => this.#settle.reject(new ConsoleError('CANCELLED', 'Stopped on request.')),
      { once: true },
    )
    this.resume()
  }

  subscribe(listener: (batch: DeltaBatch<Row>) => void): () => void {
    listener({ deltas: [...this.#byName.values()].map((entry) => delta('added', entry)), state: this.state })
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  stop(): void {
    this.#stopping.abort()
  }

  pause(): void {
    if (!this.#run || this.#signal.aborted) return
    this.#run.abort()
    this.#run = undefined
    this.#pausedAt = this.#connection.clock.now()
    if (this.state.phase === 'live') this.#publish([], { phase: 'stale', since: this.#pausedAt })
  }

  resume(): void {
    if (this.#run || this.#signal.aborted) return
    this.#run = new AbortController()
    this.#feeds.clear()
    void this.#mirror(AbortSignal.any([this.#signal, this.#run.signal]))
  }

  [Symbol.asyncIterator](): AsyncGenerator<DeltaBatch<Row>, void, undefined> {
    return stoppable((signal) => this.#batches(signal), this.#signal)
  }

  async *#batches(signal: AbortSignal): AsyncGenerator<DeltaBatch<Row>, void, undefined> {
    const waiting = new Map<string, Delta<Row>>()
    const news = new Bell()
    const unsubscribe = this.subscribe(({ deltas }) => {
      for (const one of deltas) {
        const merged = merge(waiting.get(one.uid), one)
        if (merged) waiting.set(one.uid, merged)
        else waiting.delete(one.uid)
      }
      news.ring()
    })
    try {
      for (;;) {
        await news.wait(signal)
        if (signal.aborted) return
        const deltas = [...waiting.values()]
        waiting.clear()
        yield { deltas, state: this.state }
      }
    } finally {
      unsubscribe()
    }
  }

  async #mirror(signal: AbortSignal): Promise<void> {
    const { namespace } = this.#options
    try {
      const found = await this.#resource(signal)
      const isWide = found.namespaced && namespace === undefined
      await this.#feed(found, namespace, isWide, signal)
      const { state } = this
      if (isWide && state.phase === 'failed' && state.error.code === 'FORBIDDEN')
        await this.#feedEach(found, state.error, signal)
    } catch (thrown) {
      if (!signal.aborted) this.#publish([], { phase: 'failed', error: asConsoleError(thrown) })
    }
  }

  /** A cluster that is away when a list is opened must not end it: asks until there is an answer. */
  async #resource(signal: AbortSignal): Promise<ApiResource> {
    const { resource } = this.#options
    if (typeof resource !== 'string') return resource
    const { clock } = this.#connection
    const backoff = new Backoff(clock)
    const since = clock.now()
    for (;;) {
      try {
        return await resourceFor(this.#connection, (all) => all.find(resource), `the resource "${resource}"`)
      } catch (thrown) {
        const error = asConsoleError(thrown)
        if (signal.aborted || isFinal(error)) throw error
        this.#publish([], { phase: 'stale', since, error })
        await clock.delay(backoff.next(), signal)
      }
    }
  }

  /** Where the whole cluster is forbidden, the namespaces one by one; those that are forbidden too are left out. */
  async #feedEach(resource: ApiResource, refusal: ConsoleError, signal: AbortSignal): Promise<void> {
    const { fallbackNamespaces } = this.#options
    const namespaces = fallbackNamespaces ?? (await listableNamespaces(this.#connection, signal))
    if (namespaces.length === 0) {
      this.#publish([], { phase: 'failed', error: refusal })
      return
    }
    this.#feeds.clear()
    this.#publish([], { phase: 'listing', loaded: 0 })
    for (const namespace of namespaces) this.#feeds.set(namespace, { phase: 'listing', loaded: 0 })
    await Promise.all(namespaces.map((namespace) => this.#feed(resource, namespace, false, signal)))
  }

  /** @param mayFallBack whether FORBIDDEN is not the end but leads to the namespaces */
  async #feed(
    resource: ApiResource,
    namespace: string | undefined,
    mayFallBack: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { labelSelector, fieldSelector, pageSize = 500, idleTimeout = 75_000 } = this.#options
    const kind = { apiVersion: apiVersionOf(resource), kind: resource.kind }
    const key = namespace ?? ''
    const reached = this.#reached.get(key)
    const since = this.#pausedAt
    let seen = new Set<string>()
    // Objects in a list do not carry their kind.
    const see = (object: KubeObject): Entry<Row> => this.#see(identified({ ...object, ...kind }))
    const listener: FeedListener = {
      page: (objects, isFirst) => {
        if (isFirst) seen = new Set()
        const entries = objects.map(see)
        for (const entry of entries) seen.add(entry.uid)
        this.#learn(entries.map((entry) => ['present', entry]))
      },
      listed: () => {
        const isMine = (entry: Entry<Row>): boolean => namespace === undefined || entry.namespace === namespace
        const gone = [...this.#byName.values()].filter((entry) => isMine(entry) && !seen.has(entry.uid))
        seen = new Set()
        this.#learn(gone.map((entry) => ['gone', entry]))
      },
      events: (events) =>
        this.#learn(
          events
            .filter(({ type }) => type !== 'BOOKMARK')
            .map(({ type, object }) => [type === 'DELETED' ? 'gone' : 'present', see(object)]),
        ),
      reached: (resourceVersion) => void this.#reached.set(key, resourceVersion),
      state: (state) => {
        // What a feed says while it is being paused is no news.
        if (signal.aborted) return
        this.#feeds.set(key, state)
        if (mayFallBack && state.phase === 'failed' && state.error.code === 'FORBIDDEN') this.state = state
        else this.#publish([], combine([...this.#feeds.values()]))
      },
    }
    const path = pathOf(resource, { namespace })
    const from = reached !== undefined && since !== undefined ? { resourceVersion: reached, since } : undefined
    await runFeed(
      this.#connection,
      { path, labelSelector, fieldSelector, pageSize, idleTimeout, signal, from },
      listener,
    )
  }

  /** One object that cannot be read is one row that says so; the others live. */
  #see(object: KubeObject): Entry<Row> {
    const { project, unreadable } = this.#options
    try {
      return entryOf(object, project(object))
    } catch (thrown) {
      if (!unreadable) throw thrown
      const { name, namespace, uid, resourceVersion } = object.metadata
      const metadata = { name, uid, resourceVersion, ...(namespace === undefined ? {} : { namespace }) }
      const identity = { apiVersion: object.apiVersion, kind: object.kind, metadata } as KubeObject
      return entryOf(object, unreadable(identity, thrown instanceof Error ? thrown.message : String(thrown)))
    }
  }

  #learn(sightings: [Sighting, Entry<Row>][]): void {
    const deltas: Delta<Row>[] = []
    for (const [sighting, entry] of sightings) {
      const key = nameKey(entry)
      const changes = fold(this.#byName.get(key), sighting, entry)
      for (const change of changes) {
        if (change.type === 'removed') {
          this.rows.delete(change.uid)
          this.#byName.delete(key)
        } else {
          this.rows.set(change.uid, change.row)
          this.#byName.set(key, entry)
        }
        deltas.push(change)
      }
    }
    if (deltas.length > 0) this.#publish(deltas, this.state)
  }

  #publish(deltas: Delta<Row>[], state: ReflectorState): void {
    this.state = state
    if (state.phase === 'live') this.#settle.resolve()
    if (state.phase === 'failed') this.#settle.reject(state.error)
    for (const listener of [...this.#listeners]) listener({ deltas, state })
  }
}

/** One state for several feeds: what still lists or has gone stale decides; what is forbidden only when nothing else is left. */
function combine(states: ReflectorState[]): ReflectorState {
  const usable = states.filter(({ phase }) => phase !== 'failed')
  const listing = usable.filter((state) => state.phase === 'listing')
  if (listing.length > 0) return { phase: 'listing', loaded: listing.reduce((sum, { loaded }) => sum + loaded, 0) }
  return usable.find(({ phase }) => phase === 'stale') ?? usable[0] ?? states[0] ?? { phase: 'listing', loaded: 0 }
}

/** The namespaces a restricted user can see, else the one of the context. */
async function listableNamespaces(connection: ClusterConnection, signal: AbortSignal): Promise<string[]> {
  const names: string[] = []
  try {
    await listPages(connection, '/api/v1/namespaces', { signal }, (objects) => {
      names.push(...objects.map(({ metadata }) => metadata.name))
    })
    return names
  } catch (thrown) {
    if (asConsoleError(thrown).code !== 'FORBIDDEN') throw thrown
    return [connection.context.namespace ?? 'default']
  }
}
