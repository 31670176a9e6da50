interface Held<Source> {
  source: Source
  readers: number
  timer?: NodeJS.Timeout
}

/** One source per key, however many readers; it closes some time after its last reader has left. */
export class SharedSources<Source> {
  readonly #linger: number
  readonly #close: (source: Source, key: string) => void
  readonly #held = new Map<string, Held<Source>>()

  /** @param linger milliseconds between the last reader's leaving and `close` */
  constructor(linger: number, close: (source: Source, key: string) => void) {
    this.#linger = linger
    this.#close = close
  }

  /** The source of this key if it is open. */
  peek(key: string): Source | undefined {
    return this.#held.get(key)?.source
  }

  get keys(): string[] {
    return [...this.#held.keys()]
  }

  /**
   * Takes part in a source.
   * @param open makes it when it is not open
   * @returns the source, and how to leave it (once)
   */
  hold(key: string, open: () => Source): { source: Source; release: () => void } {
    const held = this.#held.get(key) ?? { source: open(), readers: 0 }
    this.#held.set(key, held)
    held.readers += 1
    clearTimeout(held.timer)
    let isReleased = false
    const release = (): void => {
      if (isReleased) return
      isReleased = true
      held.readers -= 1
      if (held.readers > 0 || this.#held.get(key) !== held) return
      held.timer = setTimeout(() => this.#end(key, held), this.#linger)
    }
    return { source: held.source, release }
  }

  /** Forgets a source that is of no more use: its readers keep it until they leave, the next one opens another. */
  forget(key: string, source: Source): void {
    const held = this.#held.get(key)
    if (held?.source !== source) return
    clearTimeout(held.timer)
    this.#held.delete(key)
  }

  /** Closes all, also those that are being read. */
  stop(): void {
    for (const [key, held] of [...this.#held]) this.#end(key, held)
  }

  #end(key: string, held: Held<Source>): void {
    clearTimeout(held.timer)
    if (this.#held.get(key) === held) this.#held.delete(key)
    this.#close(held.source, key)
  }
}
