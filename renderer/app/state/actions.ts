import { useEffect } from 'react'
import { create } from 'zustand'
import type { Effect } from '#shared/contract/base.ts'
import type { Icon } from '../../kit/index.ts'

/** One operation, written once: it feeds the palette, menus and keys. */
export interface Action {
  /** Unique, as `pods.restart`. */
  id: string
  title: string
  /** Heading in the palette: "Go to", "Actions on prod-eu-1", "Settings". */
  section: string
  effect: Effect
  icon?: Icon
  /** Grey text after the title. */
  detail?: string
  /** `Ctrl+Shift+R`, a sequence `G F`, or a single key `L` (off while a field or terminal has focus). */
  keys?: string
  /** Why it cannot be used now; undefined when it can. It stays visible. */
  reason?: string | undefined
  /** Only for keys and menus, not listed in the palette. */
  isHidden?: boolean
  perform: () => unknown
}

interface ActionsState {
  /** By source: a page, a table, the shell. */
  sources: Readonly<Record<string, readonly Action[]>>
}

export const useActionRegistry = create<ActionsState>(() => ({ sources: {} }))

/** Offers actions while mounted. A later source wins where two claim the same keys. */
export function useActions(source: string, actions: readonly Action[]): void {
  useEffect(() => {
    useActionRegistry.setState(({ sources }) => ({ sources: { ...sources, [source]: actions } }))
  }, [source, actions])
  useEffect(
    () => () => {
      useActionRegistry.setState(({ sources }) => {
        const { [source]: _gone, ...rest } = sources
        return { sources: rest }
      })
    },
    [source],
  )
}

export function allActions(sources: ActionsState['sources']): readonly Action[] {
  return Object.values(sources).flat()
}
