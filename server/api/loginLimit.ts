import { Problem } from '../common/problems.ts'

const attemptsPerWindow = 8
const shortestWindow = 60_000
/** Each window that is used up doubles the next, up to here. Milliseconds. */
const longestWindow = 900_000
/** Beyond this many remembered addresses the oldest are forgotten: an attacker must not fill the memory. */
const rememberedAddresses = 10_000

export interface LoginLimit {
  /**
   * Counts an attempt, before its password is compared: many at once get no more guesses than one after the other.
   * @throws Problem 429 when the key has used up its attempts
   */
  readonly begin: (key: string) => void
  /** The attempt was right, so the ones before it are forgotten. */
  readonly succeed: (key: string) => void
}

interface Window {
  readonly length: number
  readonly endsAt: number
  readonly attempts: number
}

/**
 * Slows down guessing: a few attempts per address and name, then a pause that grows. Counted in this process. It is the same for names
 * that exist and names that do not.
 */
export function createLoginLimit(now: () => number = Date.now): LoginLimit {
  const windows = new Map<string, Window>()

  const next = (before: Window | undefined): Window => {
    if (before !== undefined && before.endsAt > now()) return { ...before, attempts: before.attempts + 1 }
    const isContinued =
      before !== undefined && before.attempts >= attemptsPerWindow && before.endsAt + longestWindow > now()
    const length = isContinued ? Math.min(before.length * 2, longestWindow) : shortestWindow
    return { length, endsAt: now() + length, attempts: 1 }
  }

  return {
    begin: (key) => {
      const before = windows.get(key)
      const window = next(before)
      if (window.attempts > attemptsPerWindow) {
        const seconds = Math.max(1, Math.ceil((window.endsAt - now()) / 1000))
        throw new Problem(429, 'too-many-sign-ins', `Too many failed attempts. Try again in ${seconds} seconds.`, {
          'retry-after': String(seconds),
        })
      }
      windows.delete(key)
      windows.set(key, window)
      const oldest = windows.keys().next()
      if (windows.size > rememberedAddresses && oldest.done !== true) windows.delete(oldest.value)
    },
    succeed: (key) => {
      windows.delete(key)
    },
  }
}
