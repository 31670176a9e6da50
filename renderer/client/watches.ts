import { create } from 'zustand'

/** How many subscriptions the page holds, and how many of them are delivering. */
export const useWatches = create<{ total: number; live: number }>(() => ({ total: 0, live: 0 }))

/** Counts one subscription until `end`; `live` says whether it delivers at the moment. */
export function countWatch(): { live: (isLive: boolean) => void; end: () => void } {
  let wasLive = false
  useWatches.setState(({ total }) => ({ total: total + 1 }))
  const live = (isLive: boolean) => {
    if (isLive === wasLive) return
    wasLive = isLive
    useWatches.setState((before) => ({ live: before.live + (isLive ? 1 : -1) }))
  }
  return {
    live,
    end: () => {
      live(false)
      useWatches.setState(({ total }) => ({ total: total - 1 }))
    },
  }
}
