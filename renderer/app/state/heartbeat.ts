import { create } from 'zustand'

/** The engine ticks twice a second; after this many silent milliseconds nothing is called live any more. */
export const silentMilliseconds = 1_800

/** A pause this short may be a busy computer: only after it the page makes room for a banner. Milliseconds. */
export const bannerMilliseconds = 2_500

/** Since when the engine is silent although its line is open (milliseconds since 1970); null while it ticks. */
export const useHeartbeat = create<{ silentSince: number | null }>(() => ({ silentSince: null }))
