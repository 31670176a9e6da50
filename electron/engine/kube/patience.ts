import { asConsoleError, type ConsoleError } from '#shared/errors.ts'
import { Backoff } from './backoff.ts'
import type { ClusterConnection } from './types.ts'

/** Milliseconds: an API server that is restarted or upgraded is back by then. */
const patience = 120_000

/** An answer, or none, of an API server that goes, comes, or is overloaded; the same request may succeed shortly afterwards. */
export function isTransient({ code, details }: ConsoleError): boolean {
  if (code === 'CONNECTION_LOST' || code === 'CLUSTER_UNREACHABLE' || code === 'TOO_MANY_REQUESTS') return true
  // A request that got no answer. What waits for a state ends with TIMEOUT too, and has no path.
  if (code === 'TIMEOUT') return 'path' in details || details['status'] !== undefined
  // While it starts it cannot look up accounts yet, or has not read its own state.
  return details['status'] === 401 || Number(details['status']) >= 500
}

/**
 * Runs a request, and runs it again while the API server is away. For what may be done twice: reads, deletions, server-side apply.
 * @param options.onWait told why it waits, and an empty text when it continues
 * @throws the last error when the API server stays away for two minutes
 */
export async function patiently<T>(
  connection: ClusterConnection,
  run: () => Promise<T>,
  options: { signal?: AbortSignal; onWait?: (reason: string) => void; patience?: number } = {},
): Promise<T> {
  const { clock } = connection
  const backoff = new Backoff(clock)
  const deadline = clock.now() + (options.patience ?? patience)
  for (let isFirst = true; ; isFirst = false) {
    try {
      const result = await run()
      if (!isFirst) options.onWait?.('')
      return result
    } catch (thrown) {
      const error = asConsoleError(thrown)
      if (options.signal?.aborted || !isTransient(error)) throw thrown
      const pause = backoff.next()
      if (clock.now() + pause > deadline) throw thrown
      options.onWait?.(error.message)
      await clock.delay(pause, options.signal)
    }
  }
}
