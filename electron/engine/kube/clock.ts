import { ConsoleError } from '#shared/errors.ts'
import type { Clock } from './types.ts'

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
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop)
        resolve()
      }, milliseconds)
      signal?.addEventListener('abort', stop, { once: true })
    }),
}
