import { createJSONStorage, type PersistOptions } from 'zustand/middleware'

/** Options for a store that the window remembers (layout, theme); never for data of a cluster. */
export function remembered<State, Kept>(name: string, keep: (state: State) => Kept): PersistOptions<State, Kept> {
  return { name: `console.${name}`, version: 1, storage: createJSONStorage(() => localStorage), partialize: keep }
}
