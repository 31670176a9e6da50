import { useSyncExternalStore } from 'react'

let now = Date.now()
const listeners = new Set<() => void>()
let timer: ReturnType<typeof setInterval> | undefined

function listen(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    now = Date.now()
    for (const each of listeners) each()
  }, 1000)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/**
 * The time, renewed on multiples of `step` milliseconds, for everything that shows an age. One timer serves the whole window.
 */
export function useNow(step = 1000): number {
  return useSyncExternalStore(listen, () => Math.floor(now / step) * step)
}
