import { create } from 'zustand'

/** The engine ticks once a second; after six silent seconds the window says so. */
export const silentMilliseconds = 6000

export const useHeartbeat = create<{ isLate: boolean }>(() => ({ isLate: false }))
