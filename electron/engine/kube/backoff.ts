import type { Clock } from './types.ts'

/**
 * Waits that double with jitter, so that a thousand watchers do not come back in the same second.
 * 0.8 s to 30 s are client-go's reflector figures.
 */
export class Backoff {
  readonly #clock: Clock
  #failures = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  reset(): void {
    this.#failures = 0
  }

  /** Milliseconds to wait after one more failure. */
  next(): number {
    const base = Math.min(30_000, 800 * 2 ** this.#failures)
    this.#failures += 1
    return base * (0.5 + this.#clock.random() * 0.5)
  }
}
