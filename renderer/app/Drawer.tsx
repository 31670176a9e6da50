import { Pin, X } from 'lucide-react'
import { useEffect, type ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { IconButton, ResizeHandle } from '../kit/index.ts'
import { useLayout } from './state/layout.ts'
import './Drawer.css'

export const drawerSlot = 'app-drawer-slot'

export interface DrawerProps {
  title: ReactNode
  /** Accessible name, where the title is not a string. */
  label: string
  /** Below the title, grey. */
  note?: ReactNode
  tabs?: ReactNode
  /** Beside pin and close. */
  tools?: ReactNode
  /** Fixed at the lower edge. */
  footer?: ReactNode
  children: ReactNode
  onClose: () => void
}

/** Details of the active row, in the shell's slot. Mounted means open; Escape closes it unless it is pinned. */
export function Drawer({ title, label, note, tabs, tools, footer, children, onClose }: DrawerProps) {
  const width = useLayout((layout) => layout.drawerWidth)
  const isPinned = useLayout((layout) => layout.isDrawerPinned)
  useEffect(() => {
    useLayout.setState(({ drawers }) => ({ drawers: drawers + 1 }))
    return () => {
      useLayout.setState(({ drawers }) => ({ drawers: drawers - 1 }))
    }
  }, [])
  useEffect(() => {
    if (isPinned) return
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) onClose()
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [isPinned, onClose])
  const slot = document.getElementById(drawerSlot)
  const drawer = (
    <aside className="app-drawer" style={{ width }} aria-label={label}>
      <ResizeHandle
        label="Width of details"
        edge="left"
        size={width}
        smallest={320}
        largest={720}
        onResize={(drawerWidth) => useLayout.setState({ drawerWidth })}
      />
      <header className="app-drawer-header">
        <div className="app-drawer-titles">
          <h2>{title}</h2>
          {note === undefined ? null : <div className="note">{note}</div>}
        </div>
        {tools}
        <IconButton
          icon={Pin}
          size="small"
          label={isPinned ? 'Unpin details' : 'Pin details: keep them while moving on'}
          pressed={isPinned}
          onClick={() => useLayout.setState({ isDrawerPinned: !isPinned })}
        />
        <IconButton icon={X} size="small" label="Close details" keys="Esc" onClick={onClose} />
      </header>
      {tabs === undefined ? null : <div className="app-drawer-tabs">{tabs}</div>}
      <div className="app-drawer-body">{children}</div>
      {footer === undefined ? null : <footer className="app-drawer-footer">{footer}</footer>}
    </aside>
  )
  return slot ? createPortal(drawer, slot) : drawer
}
