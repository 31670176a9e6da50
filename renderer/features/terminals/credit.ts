/** Characters after which the engine is told that they were shown; the figure VS Code uses. */
export const creditStep = 5_000

/**
 * Counts characters the terminal has really drawn and tells the engine in steps, so that a flood waits in the program that
 * makes it and not in this window's memory.
 */
export class Credit {
  #owed = 0
  readonly #acknowledge: (count: number) => void

  constructor(acknowledge: (count: number) => void) {
    this.#acknowledge = acknowledge
  }

  drawn(characters: number): void {
    this.#owed += characters
    if (this.#owed < creditStep) return
    const steps = this.#owed - (this.#owed % creditStep)
    this.#owed -= steps
    this.#acknowledge(steps)
  }
}
