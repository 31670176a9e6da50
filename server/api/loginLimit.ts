import { Problem } from '../common/problems.ts'

const failuresPerWindow = 8
const windowMilliseconds = 60_000
/** Beyond this many remembered addresses the oldest are forgotten: an attacker must not fill the memory. */
const rememberedAddresses = 10_000

export interface LoginLimit {
  /** @throws Problem 429 while the key has used up its failures */
  readonly check: (key: string) => void
  readonly recordFailure: (key: string) => void
  readonly clear: (key: string) => void
}

interface Window {
  readonly endsAt: number
  readonly failures: number
}

/** Slows down guessing: a few failures a minute per address and name, counted in this process. */
export function createLoginLimit(now: () => number = Date.now): LoginLimit {
  const windows = new Map<string, Window>()
  const openWindow = (key: string) => {
    const window = windows.get(key)
    return window !== undefined && window.endsAt > now() ? window : undefined
  }
  return {
    check: (key) => {
      const window = openWindow(key)
      if (window === undefined || window.failures < failuresPerWindow) return
      const seconds = Math.max(1, Math.ceil((window.endsAt - now()) / 1000))
      throw new Problem(429, 'too-many-sign-ins', `Too many failed attempts. Try again in ${seconds} seconds.`, {
        'retry-after': String(seconds),
      })
    },
    recordFailure: (key) => {
      const window = openWindow(key)
      windows.delete(key)
      windows.set(key, { endsAt: window?.endsAt ?? now() + windowMilliseconds, failures: (window?.failures ?? 0) + 1 })
      const oldest = windows.keys().next()
      if (windows.size > rememberedAddresses && oldest.done !== true) windows.delete(oldest.value)
    },
    clear: (key) => {
      windows.delete(key)
    },
  }
}
