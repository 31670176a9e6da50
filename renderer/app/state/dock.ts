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

export const useDock = create<DockState>()(
  persist<DockState, [], [], Pick<DockState, 'height'>>(
    () => ({ isOpen: false, height: 260, isMaximised: false, tabs: [], active: null }),
    remembered('dock', ({ height }) => ({ height })),
  ),
)

/**
 * Opens a tab and shows it. A tab with the same `id` is brought to the front instead of opened twice.
 * @returns the tab's id
 */
export function openDockTab(
  tab: Omit<DockTab, 'id' | 'parameters'> & Partial<Pick<DockTab, 'id' | 'parameters'>>,
): string {
  const id = tab.id ?? crypto.randomUUID()
  useDock.setState(({ tabs }) => ({
    isOpen: true,
    active: id,
    tabs: tabs.some((other) => other.id === id) ? tabs : [...tabs, { ...tab, id, parameters: tab.parameters ?? {} }],
  }))
  return id
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
