import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { Backoff } from './backoff.ts'
import { listPages } from './listPages.ts'
import { openWatch, type WatchEvent } from './watch.ts'
import type { ReflectorState } from './streamTypes.ts'
import type { ClusterConnection, KubeObject } from './types.ts'

export interface FeedOptions {
  path: string
  labelSelector: string | undefined
  fieldSelector: string | undefined
  pageSize: number
  idleTimeout: number
  signal: AbortSignal
  /** Where an earlier run of the same feed ended, and when (milliseconds since the epoch). */
  from?: { resourceVersion: string; since: number } | undefined
}

/** Where a feed tells what it learns. */
export interface FeedListener {
  page(objects: KubeObject[], isFirst: boolean): void
  /** All pages are through: what none of them held is gone. */
  listed(): void
  events(events: WatchEvent[]): void
  /** What has been told so far is the state of this resourceVersion. */
  reached(resourceVersion: string): void
  state(state: ReflectorState): void
}

/** Trying again by itself helps with none of these. */
const final = new Set([
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_INPUT',
  'TOO_LARGE',
  'KUBECONFIG_INVALID',
  'TLS_MISMATCH',
  'CANCELLED',
])

/** A server that asks to be left alone for longer is asked all the same. Milliseconds. */
const longestWait = 300_000

/** A watch that lives shorter than this and says nothing was refused in disguise. Milliseconds. */
const shortLife = 1_000

/**
 * One list and watch of one path, for as long as the signal allows: list, watch from there, watch again from the last
 * event when the watch ends, list again when that state has expired.
 */
export async function runFeed(
  connection: ClusterConnection,
  options: FeedOptions,
  listener: FeedListener,
): Promise<void> {
  const { clock } = connection
  const backoff = new Backoff(clock)
  const wakeUp = listenForReconnects(connection, options.signal)
  let resourceVersion = options.from?.resourceVersion
  let staleSince = options.from?.since
  let wasLive = options.from !== undefined
  let expiredInARow = 0
  let shortInARow = 0

  const listing = (loaded: number): void => {
    // A list that is read again replaces rows that are already shown: that is staleness, not loading.
    if (!wasLive && staleSince === undefined) listener.state({ phase: 'listing', loaded })
  }
  const goStale = (error: ConsoleError): void => {
    staleSince ??= clock.now()
    listener.state({ phase: 'stale', since: staleSince, error })
  }

  while (!options.signal.aborted) {
    try {
      // A list that keeps expiring between its pages is asked for in one piece.
      const pageSize = expiredInARow >= 2 ? 0 : options.pageSize
      resourceVersion ??= await listOnce(connection, { ...options, pageSize }, listener, listing)
      const opened = clock.now()
      let heard = 0
      const watching = await openWatch(connection, options.path, { ...options, resourceVersion })
      staleSince = undefined
      wasLive = true
      listener.reached(resourceVersion)
      listener.state({ phase: 'live' })
      for await (const events of watching) {
        heard += events.length
        expiredInARow = 0
        listener.events(events)
        resourceVersion = versionOf(events.at(-1)) ?? resourceVersion
        listener.reached(resourceVersion)
      }
      if (heard > 0 || clock.now() - opened >= shortLife) {
        shortInARow = 0
        backoff.reset()
      } else {
        // It can mean "expired" (seen with Events): after the second time the list is read again.
        shortInARow += 1
        if (shortInARow >= 2) resourceVersion = undefined
        await wakeUp.pause(backoff.next())
      }
    } catch (thrown) {
      const error = asConsoleError(thrown)
      if (options.signal.aborted) return
      if (error.code === 'EXPIRED') {
        resourceVersion = undefined
        expiredInARow += 1
        if (wasLive) goStale(error)
        // The first relist is urgent; a server that expires everything is not asked in a loop.
        if (expiredInARow > 1) await wakeUp.pause(backoff.next())
        continue
      }
      if (isFinal(error)) {
        listener.state({ phase: 'failed', error })
        return
      }
      goStale(error)
      const wanted = Math.min(longestWait, Number(error.details['retryAfterSeconds'] ?? 0) * 1000)
      await wakeUp.pause(Math.max(wanted, backoff.next()))
    }
  }
}

/** A 401 may pass (an API server that restarts); a sign-in program that fails must not be run over and over. */
export const isFinal = (error: ConsoleError): boolean =>
  final.has(error.code) ||
  (error.code === 'UNAUTHENTICATED' && error.details['status'] !== 401) ||
  // A fault of our own, not an answer of the server.
  (error.code === 'INTERNAL' && error.details['status'] === undefined)

/** Undefined where an event came without: it may come again. */
function versionOf(event: WatchEvent | undefined): string | undefined {
  const metadata = event?.object.metadata as Partial<KubeObject['metadata']> | null | undefined
  return metadata?.resourceVersion ?? undefined
}

async function listOnce(
  connection: ClusterConnection,
  options: FeedOptions,
  listener: FeedListener,
  listing: (loaded: number) => void,
): Promise<string> {
  let loaded = 0
  listing(loaded)
  const version = await listPages(connection, options.path, { ...options, sanitised: true }, (objects) => {
    listener.page(objects, loaded === 0)
    loaded += objects.length
    listing(loaded)
  })
  listener.listed()
  return version
}

/** Pauses that end at once when the connection is told to reconnect (wake-up, network change), also just before. */
function listenForReconnects(
  connection: ClusterConnection,
  signal: AbortSignal,
): { pause: (milliseconds: number) => Promise<void> } {
  let awake = new AbortController()
  const forget = connection.onReconnect(() => awake.abort())
  signal.addEventListener('abort', forget, { once: true })
  return {
    async pause(milliseconds) {
      try {
        await connection.clock.delay(milliseconds, AbortSignal.any([signal, awake.signal]))
      } catch (thrown) {
        if (!awake.signal.aborted && !signal.aborted) throw thrown
      }
      awake = new AbortController()
    },
  }
}
