import type { NodeTiming } from '../context.ts'

/** The kubelet's restart waits: none after the first end, then the base, doubling to the maximum; forgotten after a long good run. */
export class BackOff {
  readonly #timing: NodeTiming
  #next = 0

  constructor(timing: NodeTiming) {
    this.#timing = timing
  }

  /** @param ranMilliseconds how long the instance that just ended had run @returns milliseconds to wait */
  after(ranMilliseconds: number): number {
    // client-go's Backoff forgets an entry that was not used for twice the maximum.
    if (ranMilliseconds > 2 * this.#timing.backOffMaximum) this.#next = 0
    const wait = this.#next
    this.#next = Math.min(this.#timing.backOffMaximum, wait === 0 ? this.#timing.backOffBase : wait * 2)
    return wait
  }
}
