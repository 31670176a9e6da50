/**
 * One source, many listeners, each at its own speed. A listener that reads slowly sees the newest state of a key once instead of
 * every state between: what is queued is bounded by the number of keys, never by time.
 */
export class Broadcast<T> {
  readonly #listeners = new Set<(value: T) => void>()

  emit(value: T): void {
    for (const listener of this.#listeners) listener(value)
  }

  on(listener: (value: T) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Batches of what changed since the last read, newest value per key, beginning with `initial`.
   * Ends when the signal aborts.
   */
  async *batches(initial: T[], key: (value: T) => string, signal?: AbortSignal): AsyncGenerator<T[]> {
    const waiting = new Map<string, T>()
    let wake: (() => void) | undefined
    const off = this.on((value) => {
      waiting.set(key(value), value)
      wake?.()
    })
    const onAbort = () => wake?.()
    signal?.addEventListener('abort', onAbort)
    try {
      yield initial
      while (!signal?.aborted) {
        if (waiting.size === 0) await new Promise<void>((resolve) => (wake = resolve))
        if (signal?.aborted) return
        const batch = [...waiting.values()]
        waiting.clear()
        if (batch.length > 0) yield batch
      }
    } finally {
      off()
      signal?.removeEventListener('abort', onAbort)
    }
  }
}
