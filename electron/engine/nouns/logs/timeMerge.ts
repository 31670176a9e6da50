/** A line that waits for its place. */
interface Waiting<Line> {
  at: number
  order: number
  line: Line
}

/**
 * Lines of several logs on one time axis. Nothing tells when a log has no older line to come, so what arrives within a short
 * while is put in order together; a line that is later than that keeps its time and comes late.
 */
export class TimeMerge<Line> {
  #waiting: Waiting<Line>[] = []
  #order = 0

  get size(): number {
    return this.#waiting.length
  }

  /** @param at milliseconds */
  add(at: number, line: Line): void {
    this.#waiting.push({ at, order: this.#order++, line })
  }

  /** Up to `most` of the oldest lines, in order of time; equal times keep the order in which they came. */
  take(most: number): Line[] {
    this.#waiting.sort((a, b) => a.at - b.at || a.order - b.order)
    return this.#waiting.splice(0, most).map(({ line }) => line)
  }
}
