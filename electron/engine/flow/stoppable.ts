/**
 * A generator whose `return()` takes effect at once. A plain async generator finishes its current wait first, which in a quiet
 * namespace may be never; this one aborts the signal that the wait listens to.
 * @param run must end soon after its signal aborts
 * @param outer ends it as well
 */
export function stoppable<T>(
  run: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
  outer?: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const stopping = new AbortController()
  const inner = run(outer ? AbortSignal.any([outer, stopping.signal]) : stopping.signal)
  const stop = <Result>(end: () => Promise<Result>): Promise<Result> => {
    stopping.abort()
    return end()
  }
  return {
    next: () => inner.next(),
    return: (value) => stop(() => inner.return(value)),
    throw: (thrown: unknown) => stop(() => inner.throw(thrown)),
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** Lets one reader wait for news, and forgets nothing that happens while it does not wait. */
export class Bell {
  #rung = false
  #wake: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#wake?.()
  }

  /** Resolves once it has rung since the last wait, or when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    this.#wake = undefined
    this.#rung = false
  }
}
