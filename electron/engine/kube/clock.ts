import { ConsoleError } from '#shared/errors.ts'
import type { Clock } from './types.ts'

/** Timers hold 32 bits; a longer one would end at once. Milliseconds. */
const longestTimer = 2 ** 31 - 1

/** The machine's own time. */
export const realClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  delay: (milliseconds, signal) =>
    new Promise((resolve, reject) => {
      const stopped = (): ConsoleError => new ConsoleError('CANCELLED', 'Stopped on request.')
      if (signal?.aborted) {
        reject(stopped())
        return
      }
      const stop = (): void => {
        clearTimeout(timer)
        reject(stopped())
      }
      let left = milliseconds
      let timer: NodeJS.Timeout
      const wait = (): void => {
        const now = Math.min(left, longestTimer)
        left -= now
        timer = setTimeout(() => {
          if (left > 0) {
            wait()
            return
          }
          signal?.removeEventListener('abort', stop)
          resolve()
        }, now)
      }
      wait()
      signal?.addEventListener('abort', stop, { once: true })
    }),
}
