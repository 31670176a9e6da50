import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import { remembered } from './remembered.ts'

interface LayoutState {
  isRailCollapsed: boolean
  /** Pixels, 320 to 720. */
  drawerWidth: number
  /** The drawer keeps what it shows, and Escape leaves it open. */
  isDrawerPinned: boolean
  /** How many drawers are mounted: the shell makes room while there is one. */
  drawers: number
  isPaletteOpen: boolean
  /** What the palette starts with: `>` or `@` or nothing. */
  palettePrefix: string
  isSwitcherOpen: boolean
  areShortcutsOpen: boolean
}

export const useLayout = create<LayoutState>()(
  persist<LayoutState, [], [], Pick<LayoutState, 'isRailCollapsed' | 'drawerWidth'>>(
    () => ({
      isRailCollapsed: false,
      drawerWidth: 400,
      isDrawerPinned: false,
      drawers: 0,
      isPaletteOpen: false,
      palettePrefix: '',
      isSwitcherOpen: false,
      areShortcutsOpen: false,
    }),
    remembered('layout', ({ isRailCollapsed, drawerWidth }) => ({ isRailCollapsed, drawerWidth })),
  ),
)

export function openPalette(prefix: '' | '>' | '@' = ''): void {
  useLayout.setState({ isPaletteOpen: true, palettePrefix: prefix })
}
