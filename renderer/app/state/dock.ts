import { z } from 'zod'
import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import { remembered } from './remembered.ts'

/** One tab of the dock. It keeps its own cluster whatever page is open, and wears that cluster's colour. */
export interface DockTab {
  id: string
  /** Which registered `DockKind` shows it. */
  kind: string
  title: string
  /** Grey text after the title, as the pod or the cluster. */
  subtitle?: string
  cluster?: string
  namespace?: string
  parameters: Readonly<Record<string, string>>
  /** Tells tabs with the same title apart; given when it opens. */
  number: number
  /** It was open when the window was closed: it is there again, and runs nothing before somebody says so. */
  isRestored?: boolean
}

interface DockState {
  isOpen: boolean
  /** Pixels. */
  height: number
  isMaximised: boolean
  tabs: readonly DockTab[]
  active: string | null
}

export const smallestDock = 160

type Kept = Pick<DockState, 'height' | 'tabs'>

/** Kinds whose tabs are offered again after the window was closed: other tabs show what is somewhere else, too. */
const isTerminal = (kind: string): boolean => kind === 'kubectl' || kind === 'shell'

const keptTab = z.object({
  id: z.string(),
  kind: z.string().refine(isTerminal),
  title: z.string(),
  subtitle: z.string().optional(),
  cluster: z.string().optional(),
  namespace: z.string().optional(),
  parameters: z.record(z.string(), z.string()),
  number: z.number(),
})
const keptDock = z.object({ height: z.number(), tabs: z.array(z.unknown()).default([]) })

/** What was kept is text of a file: a tab that cannot be read is left out, the others are there. */
function restored(kept: unknown, initial: DockState): Pick<DockState, 'height' | 'tabs' | 'active'> {
  const dock = keptDock.safeParse(kept)
  if (!dock.success) return initial
  const tabs = dock.data.tabs.flatMap((tab): DockTab[] => {
    const { success, data } = keptTab.safeParse(tab)
    if (!success) return []
    const { subtitle, cluster, namespace, ...rest } = data
    return [
      {
        ...rest,
        ...(subtitle !== undefined && { subtitle }),
        ...(cluster !== undefined && { cluster }),
        ...(namespace !== undefined && { namespace }),
        isRestored: true,
      },
    ]
  })
  return { height: dock.data.height, tabs, active: tabs.at(-1)?.id ?? null }
}

// Below what it reads: the store takes what was kept up as soon as it is made.
export const useDock = create<DockState>()(
  persist<DockState, [], [], Kept>(() => ({ isOpen: false, height: 260, isMaximised: false, tabs: [], active: null }), {
    ...remembered('dock', ({ height, tabs }): Kept => ({
      height,
      tabs: tabs.filter(({ kind }) => isTerminal(kind)),
    })),
    merge: (kept, initial) => ({ ...initial, ...restored(kept, initial) }),
  }),
)

/**
 * Opens a tab and shows it. A tab with the same `id` is brought to the front instead of opened twice.
 * @returns the tab's id
 */
export function openDockTab(
  tab: Omit<DockTab, 'id' | 'parameters' | 'number'> & Partial<Pick<DockTab, 'id' | 'parameters'>>,
): string {
  const id = tab.id ?? crypto.randomUUID()
  useDock.setState(({ tabs }) => {
    const number = 1 + Math.max(0, ...tabs.map((other) => other.number))
    const opened = { ...tab, id, parameters: tab.parameters ?? {}, number }
    return { isOpen: true, active: id, tabs: tabs.some((other) => other.id === id) ? tabs : [...tabs, opened] }
  })
  return id
}

/** Somebody ran what a restored tab shows. */
export function takeUpDockTab(id: string): void {
  useDock.setState(({ tabs }) => ({ tabs: tabs.map((tab) => (tab.id === id ? { ...tab, isRestored: false } : tab)) }))
}

export function closeDockTab(id: string): void {
  useDock.setState(({ tabs, active, isOpen }) => {
    const index = tabs.findIndex((tab) => tab.id === id)
    const rest = tabs.filter((tab) => tab.id !== id)
    const neighbour = rest[Math.min(index, rest.length - 1)]?.id ?? null
    return { tabs: rest, active: active === id ? neighbour : active, isOpen: isOpen && rest.length > 0 }
  })
}

export function showDockTab(id: string): void {
  useDock.setState({ active: id, isOpen: true })
}

export function toggleDock(): void {
  useDock.setState(({ isOpen, tabs }) => ({ isOpen: !isOpen && tabs.length > 0 }))
}
