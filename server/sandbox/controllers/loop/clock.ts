/** Time as the controllers see it; a test puts its own in place. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Runs once after so many milliseconds; the returned function calls it off. */
  after(milliseconds: number, run: () => void): () => void
}

/** setTimeout fires at once beyond 2^31 - 1 ms; a loop that wakes early finds nothing to do and waits again. */
const longestTimer = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  after(milliseconds, run) {
    const timer = setTimeout(run, Math.min(Math.max(milliseconds, 0), longestTimer))
    return () => clearTimeout(timer)
  },
}

/** RFC 3339 in whole seconds, the precision of metav1.Time. */
export const timestamp = (milliseconds: number): string => new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z')

/** Milliseconds of a Kubernetes time; an absent one is the beginning of time. */
export const parseTime = (time: string | undefined): number => (time === undefined ? 0 : Date.parse(time))
