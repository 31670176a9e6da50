/** Milliseconds between two questions, and after how many unanswered ones the engine counts as hanging. */
const interval = 1_000
const patience = 5
/** Milliseconds until the first answer: loading the engine's code on a busy machine takes its time. */
const startPatience = 30_000

interface PulseOptions {
  /** Asks the engine for a sign of life. */
  ask: () => void
  /** It has not answered for `seconds`, while this computer was awake. Told once. */
  onSilence: (seconds: number) => void
}

/**
 * Asks the engine once a second whether it lives. Time is counted in questions, not by the clock: while the computer sleeps nothing is
 * asked, so that waking up never looks like an engine that hangs.
 */
export class Pulse {
  readonly #options: PulseOptions
  readonly #timer: NodeJS.Timeout
  #unanswered = 0
  #hasAnswered = false

  constructor(options: PulseOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#beat(), interval)
    // The first answer tells when loading is over: from then on the patience is short.
    queueMicrotask(() => this.#beat())
  }

  answered(): void {
    this.#hasAnswered = true
    this.#unanswered = 0
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    const allowed = this.#hasAnswered ? patience : startPatience / interval
    if (this.#unanswered >= allowed) {
      this.stop()
      this.#options.onSilence((this.#unanswered * interval) / 1000)
      return
    }
    this.#unanswered += 1
    this.#options.ask()
  }
}
