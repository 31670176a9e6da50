/** A kubelet timestamp in parts that compare: whole seconds since the epoch, and nanoseconds. */
interface Instant {
  seconds: number
  nanos: number
}

/** @returns undefined when it is not RFC 3339 (some runtimes write messages of their own into a log stream) */
export function parseTime(time: string): Instant | undefined {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time)
  if (!match) return undefined
  return {
    seconds: Date.parse(`${match[1] ?? ''}${match[3] ?? ''}`) / 1000,
    nanos: Number((match[2] ?? '').padEnd(9, '0')),
  }
}

const isBefore = (a: Instant, b: Instant): boolean =>
  a.seconds < b.seconds || (a.seconds === b.seconds && a.nanos < b.nanos)

/** What to do with a line. `gap`: it is new, and nothing proves that none is missing before it. */
export type Verdict = 'new' | 'duplicate' | 'gap'

/**
 * Remembers where a log was read to, so that it can be read on. `sinceTime` knows whole seconds only: a resumed stream
 * repeats the last second. Repeated lines are told by (nanosecond timestamp, text, how often), and reading on counts as free
 * of gaps only when the last line seen comes again.
 */
export class LogCursor {
  /** Lines of the last second, and how often each. */
  #seen = new Map<string, number>()
  #last: { key: string; at: Instant } | undefined
  /** While a resumed stream repeats: what is still expected again. */
  #expected: Map<string, number> | undefined
  #gapDue = false

  /** RFC 3339, whole seconds; undefined before the first line. */
  get sinceTime(): string | undefined {
    return this.#last && new Date(this.#last.at.seconds * 1000).toISOString().replace('.000Z', 'Z')
  }

  /** A stream from `sinceTime` begins. */
  resume(): void {
    this.#expected = this.#last ? new Map(this.#seen) : undefined
  }

  /** Another log begins (a restarted container): nothing of the old one comes again. */
  restart(isGap: boolean): void {
    // The last line was not found again in the old log: its tail is lost.
    this.#gapDue ||= isGap || this.#expected !== undefined
    this.#expected = undefined
    this.#last = undefined
    this.#seen = new Map()
  }

  take(time: string, text: string): Verdict {
    const at = parseTime(time)
    if (!at) return 'new'
    const key = `${time} ${text}`
    const repeated = this.#expected && this.#repeats(key, at, this.#expected)
    if (repeated) return 'duplicate'
    const isGap = this.#gapDue || this.#expected !== undefined
    this.#gapDue = false
    this.#expected = undefined
    if (this.#last?.at.seconds !== at.seconds) this.#seen = new Map()
    this.#seen.set(key, (this.#seen.get(key) ?? 0) + 1)
    this.#last = { key, at }
    return isGap ? 'gap' : 'new'
  }

  #repeats(key: string, at: Instant, expected: Map<string, number>): boolean {
    const left = expected.get(key) ?? 0
    if (left > 0) {
      expected.set(key, left - 1)
      if (key === this.#last?.key && left === 1) this.#expected = undefined
      return true
    }
    // Older than what was shown: the first stream began in the middle of this second (tailLines).
    return this.#last !== undefined && isBefore(at, this.#last.at)
  }
}
