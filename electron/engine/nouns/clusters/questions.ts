interface Question {
  /** What is asked about, as a hash or a text; the same question is asked once. */
  key: string
  /** Whether an earlier yes covers it. */
  isAllowed: () => boolean
  ask: () => Promise<boolean>
}

/** Questions to the person come one at a time, however many contexts sign in at once. A no holds until the engine starts again. */
export class Questions {
  readonly #refused = new Set<string>()
  readonly #asking = new Map<string, Promise<boolean>>()
  #queue: Promise<unknown> = Promise.resolve()

  /** @returns whether the person allows it; waits for the answer as long as it takes */
  allows({ key, isAllowed, ask }: Question): Promise<boolean> {
    const asking = this.#asking.get(key)
    if (asking) return asking
    if (isAllowed()) return Promise.resolve(true)
    if (this.#refused.has(key)) return Promise.resolve(false)
    const answer = this.#queue
      // The answer to the question before may cover this one.
      .then(() => isAllowed() || ask())
      .then((allowed) => {
        if (!allowed) this.#refused.add(key)
        return allowed
      })
      .finally(() => this.#asking.delete(key))
    this.#asking.set(key, answer)
    this.#queue = answer.catch(() => undefined)
    return answer
  }
}
