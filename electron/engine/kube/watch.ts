import { ConsoleError } from '#shared/errors.ts'
import { apiError } from './apiErrors.ts'
import { bounds, tooLarge } from './bounds.ts'
import { LineSplitter } from './lineSplitter.ts'
import { parseAnswer } from './parse.ts'
import { transportError } from './transportErrors.ts'
import type { ClusterConnection, KubeObject } from './types.ts'

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  object: KubeObject
}

export interface WatchQuery {
  resourceVersion: string
  labelSelector?: string | undefined
  fieldSelector?: string | undefined
  signal: AbortSignal
  /** Milliseconds without a byte before the socket is taken for half-open. */
  idleTimeout: number
}

/**
 * Opens one watch; resolves when the server has accepted it. Iterating gives the events of each chunk together and ends
 * when the server closes the watch in order.
 * @throws EXPIRED for 410 as HTTP status and as ERROR event; CONNECTION_LOST when the socket dies or falls silent
 */
export async function openWatch(
  connection: ClusterConnection,
  path: string,
  query: WatchQuery,
): Promise<AsyncIterable<WatchEvent[]>> {
  const { resourceVersion, labelSelector, fieldSelector, signal } = query
  // As client-go, 5 to 10 minutes: the jitter keeps many watches from ending together.
  const timeoutSeconds = Math.round(300 * (1 + connection.clock.random()))
  const { body } = await connection.stream('GET', path, {
    query: { watch: true, allowWatchBookmarks: true, timeoutSeconds, resourceVersion, labelSelector, fieldSelector },
    signal,
  })
  return readEvents(connection, path, body, query)
}

async function* readEvents(
  connection: ClusterConnection,
  path: string,
  body: AsyncIterable<unknown> & { destroy(error: Error): unknown },
  query: WatchQuery,
): AsyncGenerator<WatchEvent[]> {
  const lines = new LineSplitter(bounds.object)
  const where = new URL(connection.context.cluster.server).host
  const watchdog = guard(connection, query, (error) => void body.destroy(error))
  try {
    for await (const chunk of body) {
      watchdog.heard()
      const events = lines.push(chunk as Buffer).flatMap(({ bytes, dropped }) => {
        if (dropped > 0) throw eventTooLarge(where)
        return bytes.length === 0 ? [] : [parse(bytes, path)]
      })
      if (lines.pending > bounds.object) throw eventTooLarge(where)
      if (events.length > 0) yield events
    }
    // A line without its end was cut off: the event comes again from the last resourceVersion.
  } catch (thrown) {
    if (query.signal.aborted) throw new ConsoleError('CANCELLED', 'Stopped on request.')
    throw transportError(thrown, where)
  } finally {
    watchdog.stop()
  }
}

const eventTooLarge = (where: string): ConsoleError =>
  tooLarge(where, `a watch event larger than ${bounds.object >> 20} MiB`)

function parse(line: Buffer, path: string): WatchEvent {
  let event: { type: string; object: KubeObject & { code?: number } }
  try {
    event = parseAnswer(line.toString('utf8'), { sanitised: true }) as typeof event
    if (typeof event.object !== 'object' || (event.object as unknown) === null)
      throw new SyntaxError('An event without an object.')
  } catch (thrown) {
    const raw = line.subarray(0, 200).toString('utf8')
    throw new ConsoleError(
      'STREAM_BROKEN',
      'The cluster sent a watch event that is not JSON. It is asked again.',
      { path, raw },
      { cause: thrown },
    )
  }
  if (event.type === 'ERROR') {
    throw apiError({ status: event.object.code ?? 500, body: JSON.stringify(event.object), method: 'GET', path })
  }
  return event as WatchEvent
}

/**
 * HTTP/1.1 has no ping, so silence is answered in two steps: after two fifths of the timeout (30 s of 75 s) another request
 * asks whether the server is there at all; after all of it this one socket is taken for half-open. A healthy server sends
 * a bookmark every minute.
 */
function guard(
  connection: ClusterConnection,
  query: WatchQuery,
  fail: (error: ConsoleError) => void,
): { heard: () => void; stop: () => void } {
  let silentTicks = 0
  const timer = setInterval(() => {
    silentTicks += 1
    const lost = (cause: unknown): void =>
      fail(
        new ConsoleError(
          'CONNECTION_LOST',
          'The cluster has fallen silent. What is shown may be old. Reconnecting.',
          {},
          { cause },
        ),
      )
    if (silentTicks === 2) connection.checkAlive(query.signal).catch(lost)
    if (silentTicks >= 5) lost(undefined)
  }, query.idleTimeout / 5)
  return { heard: () => (silentTicks = 0), stop: () => clearInterval(timer) }
}
