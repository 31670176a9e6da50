import { create } from 'zustand'

/** How many subscriptions the page wants, and how many of them are delivering. */
export const useWatches = create<{ total: number; live: number }>(() => ({ total: 0, live: 0 }))

/** Counts a subscription that is wanted, until the returned function is called. */
export function countWanted(): () => void {
  useWatches.setState(({ total }) => ({ total: total + 1 }))
  return () => {
    useWatches.setState(({ total }) => ({ total: total - 1 }))
  }
}

/** Counts whether one subscription delivers; call with false at its end. */
export function countLive(): (isLive: boolean) => void {
  let wasLive = false
  return (isLive) => {
    if (isLive === wasLive) return
    wasLive = isLive
    useWatches.setState(({ live }) => ({ live: live + (isLive ? 1 : -1) }))
  }
}
