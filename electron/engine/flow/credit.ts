import { ConsoleError } from '#shared/errors.ts'

/** How far a stream may run ahead of what the window has dealt with, in the stream's own unit (characters, lines). */
export interface CreditLimits {
  /** Pause when more than this is unacknowledged. */
  high: number
  /** Resume when less than this is. */
  low: number
}

/** VS Code's figures for terminals, in characters (FlowControlConstants in its terminal process code). */
export const terminalCredit: CreditLimits = { high: 100_000, low: 5_000 }
/** Lines; a screen shows about 40, so this is a page of scrolling in hand. */
export const logCredit: CreditLimits = { high: 20_000, low: 10_000 }

/** The unacknowledged amount of one stream. */
export class Credit {
  readonly #limits: CreditLimits
  #outstanding = 0
  #resume: (() => void)[] = []

  constructor(limits: CreditLimits) {
    this.#limits = limits
  }

  get exhausted(): boolean {
    return this.#outstanding > this.#limits.high
  }

  spend(amount: number): void {
    this.#outstanding += amount
  }

  acknowledge(amount: number): void {
    this.#outstanding = Math.max(0, this.#outstanding - amount)
    if (this.#outstanding <= this.#limits.low) this.release()
  }

  /** Resolves at once while there is credit, else when enough was acknowledged or the stream was closed. */
  available(): Promise<void> {
    if (!this.exhausted) return Promise.resolve()
    return new Promise((resolve) => this.#resume.push(resolve))
  }

  /** Lets everyone who waits continue; they look at their signal next. */
  release(): void {
    const waiting = this.#resume
    this.#resume = []
    for (const resume of waiting) resume()
  }
}

/** The open streams that count credit, by the name the window gave them. */
export class Credits {
  readonly #open = new Map<string, Credit>()

  /** @throws ConsoleError ALREADY_EXISTS when the window reused a name */
  open(streamId: string, limits: CreditLimits): Credit {
    if (this.#open.has(streamId)) {
      throw new ConsoleError('ALREADY_EXISTS', 'This stream is already open.')
    }
    const credit = new Credit(limits)
    this.#open.set(streamId, credit)
    return credit
  }

  close(streamId: string): void {
    this.#open.get(streamId)?.release()
    this.#open.delete(streamId)
  }

  /** An acknowledgement may arrive after its stream has ended; that is no error. */
  acknowledge(streamId: string, amount: number): void {
    this.#open.get(streamId)?.acknowledge(amount)
  }
}
