import type { LogLine } from '#shared/contract/logs.ts'

/** Lines the window keeps. Beyond it the oldest go, and the page says since when lines are kept. */
const keptLines = 200_000

/** Trimmed in blocks: cutting one line off the front of a long array for each new one would copy it every time. */
const trimBlock = 10_000

/**
 * All lines of one follow on one time axis. A line that arrives late (another pod was slower, or a pod joined with its
 * history) is put where its time says; lines of the same time keep the order in which they came.
 */
export class LogBuffer {
  readonly lines: LogLine[] = []
  /** Rises with every change other than appending, so that views know when to start over. */
  rebuilt = 0
  dropped = 0
  readonly #limit: number

  constructor(limit = keptLines) {
    this.#limit = limit
  }

  /** @returns how many of the lines went to the end; the others were put in between and count as a rebuild */
  add(batch: readonly LogLine[]): number {
    const late: LogLine[] = []
    let appended = 0
    for (const line of batch) {
      if (line.at >= (this.lines.at(-1)?.at ?? -Infinity)) {
        this.lines.push(line)
        appended += 1
      } else late.push(line)
    }
    if (late.length > 0) this.#mergeLate(late)
    if (this.lines.length > this.#limit + Math.min(trimBlock, this.#limit)) this.#trim()
    return appended
  }

  clear(): void {
    this.lines.length = 0
    this.dropped = 0
    this.rebuilt += 1
  }

  /** Merges from the back: late lines are nearly always only a little late. */
  #mergeLate(late: LogLine[]): void {
    late.sort((a, b) => a.at - b.at || a.id - b.id)
    let read = this.lines.length - 1
    let pick = late.length - 1
    this.lines.length += late.length
    for (let write = this.lines.length - 1; pick >= 0; write -= 1) {
      const [held, next] = [this.lines[read], late[pick]]
      if (!next) break
      if (read >= 0 && held && held.at > next.at) {
        this.lines[write] = held
        read -= 1
      } else {
        this.lines[write] = next
        pick -= 1
      }
    }
    this.rebuilt += 1
  }

  #trim(): void {
    const over = this.lines.length - this.#limit
    this.lines.splice(0, over)
    this.dropped += over
    this.rebuilt += 1
  }
}
