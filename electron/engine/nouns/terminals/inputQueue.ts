import { write } from 'node:fs'

/** Bytes that may wait for a program that does not read: the largest message of the window in UTF-8. */
export const largestWaitingInput = 4 << 20

/** Milliseconds between tries while the system takes no more: short first, so that a paste is quick; then a rare look. */
const firstPause = 2
const longestPause = 200

/** @returns how many bytes were taken; 0 while the system takes no more */
type Sink = (bytes: Buffer) => Promise<number>

/**
 * What was typed into a program on this machine and was not yet read by it. Nothing here ever blocks: a program that does not read
 * costs a look five times a second and at most `largestWaitingInput` bytes.
 */
export class InputQueue {
  readonly #sink: Sink
  readonly #limit: number
  #waiting: Buffer[] = []
  #size = 0
  #isRunning = false
  #isClosed = false

  constructor(sink: Sink, limit = largestWaitingInput) {
    this.#sink = sink
    this.#limit = limit
  }

  /** @returns false when there is no room; then nothing of it was taken */
  add(text: string): boolean {
    const bytes = Buffer.from(text)
    if (this.#isClosed || this.#size + bytes.length > this.#limit) return false
    this.#waiting.push(bytes)
    this.#size += bytes.length
    void this.#run()
    return true
  }

  /** What still waits is dropped: its program has ended. */
  close(): void {
    this.#isClosed = true
    this.#waiting = []
    this.#size = 0
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    let pause = firstPause
    for (let next = this.#waiting[0]; next && !this.#isClosed; next = this.#waiting[0]) {
      const taken = await this.#sink(next)
      if (this.#isClosed) break
      if (taken === 0) {
        await new Promise((resolve) => setTimeout(resolve, pause))
        pause = Math.min(pause * 2, longestPause)
        continue
      }
      pause = firstPause
      this.#size -= taken
      if (taken === next.length) this.#waiting.shift()
      else this.#waiting[0] = next.subarray(taken)
    }
    this.#isRunning = false
  }
}

/**
 * Writes to a file descriptor that does not block. A descriptor that is gone takes everything: the end of its program is told elsewhere.
 */
export const descriptorSink =
  (descriptor: number): Sink =>
  (bytes) =>
    new Promise((resolve) =>
      write(descriptor, bytes, (error, written) =>
        resolve(error === null ? written : error.code === 'EAGAIN' ? 0 : bytes.length),
      ),
    )
