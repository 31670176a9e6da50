import type { FeedState, Scope } from '#shared/contract/base.ts'
import { faultOf } from '#shared/errors.ts'
import type { ClusterDirectory } from '../ports/directory.ts'
import { reflect, type KubeObject, type Reflector, type ReflectorState } from '../kube/index.ts'

interface Shared {
  reflector: Reflector<unknown>
  readers: number
  timer?: NodeJS.Timeout
}

/** Milliseconds a list stays watched after its last reader left: going back to a page shows it at once. */
const linger = 10_000

/** One watch per list, however many panels read it. */
export class Feeds {
  readonly #directory: ClusterDirectory
  readonly #open = new Map<string, Promise<Shared>>()

  constructor(directory: ClusterDirectory) {
    this.#directory = directory
  }

  /**
   * Runs `read` with a live mirror of one resource in one namespace.
   * @param name distinguishes projections of the same resource
   */
  async *read<Row, Out>(
    scope: Scope,
    resource: string,
    name: string,
    project: (object: KubeObject) => Row,
    read: (reflector: Reflector<Row>) => AsyncIterable<Out>,
  ): AsyncGenerator<Out> {
    const key = [scope.context, scope.namespace, resource, name].join(' ')
    let opening = this.#open.get(key)
    if (!opening) {
      opening = this.#start(scope, resource, project)
      this.#open.set(key, opening)
      opening.catch(() => this.#open.delete(key))
    }
    const shared = await opening
    shared.readers += 1
    clearTimeout(shared.timer)
    try {
      yield* read(shared.reflector as Reflector<Row>)
    } finally {
      shared.readers -= 1
      if (shared.readers === 0) shared.timer = setTimeout(() => this.#close(key, shared), linger)
      if (shared.reflector.state.phase === 'failed') this.#close(key, shared)
    }
  }

  stop(): void {
    for (const [key, opening] of this.#open) {
      this.#open.delete(key)
      opening.then(
        ({ reflector, timer }) => {
          clearTimeout(timer)
          reflector.stop()
        },
        () => undefined,
      )
    }
  }

  async #start(scope: Scope, resource: string, project: (object: KubeObject) => unknown): Promise<Shared> {
    const connection = await this.#directory.connection(scope.context)
    const reflector = reflect(connection, { resource, namespace: scope.namespace, project })
    reflector.synced.catch(() => undefined) // its state says so, to every reader
    return { reflector, readers: 0 }
  }

  #close(key: string, shared: Shared): void {
    if (shared.readers > 0 && shared.reflector.state.phase !== 'failed') return
    this.#open.delete(key)
    shared.reflector.stop()
  }
}

export function feedState(state: ReflectorState): FeedState {
  if (state.phase === 'live') return { state: 'live' }
  if (state.phase === 'listing') return { state: 'loading' }
  const fault = faultOf(state.error)
  return state.phase === 'stale' ? { state: 'stale', since: state.since, fault } : { state: 'failed', fault }
}

/** The whole of a small list after each change, at most one emission per `interval` milliseconds. */
export async function* wholeLists<Row>(
  reflectors: Reflector<Row>[],
  signal: AbortSignal | undefined,
  interval = 100,
): AsyncGenerator<{ rows: Row[]; state: ReflectorState }> {
  let dirty = true
  let wake: (() => void) | undefined
  const touch = () => {
    dirty = true
    wake?.()
  }
  const offs = reflectors.map((reflector) => reflector.subscribe(touch))
  signal?.addEventListener('abort', touch)
  try {
    while (!signal?.aborted) {
      if (!dirty) await new Promise<void>((resolve) => (wake = resolve))
      if (signal?.aborted) return
      dirty = false
      yield { rows: reflectors.flatMap((reflector) => [...reflector.rows.values()]), state: worst(reflectors) }
      await new Promise((resolve) => setTimeout(resolve, interval))
    }
  } finally {
    for (const off of offs) off()
    signal?.removeEventListener('abort', touch)
  }
}

const severity = { live: 0, listing: 1, stale: 2, failed: 3 }

/** A view made of several lists is as good as its worst one. */
function worst(reflectors: Reflector<unknown>[]): ReflectorState {
  const states = reflectors.map((reflector) => reflector.state)
  return states.sort((a, b) => severity[b.phase] - severity[a.phase])[0] ?? { phase: 'listing', loaded: 0 }
}
