import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement } from 'react'
import type { Icon } from './Button.tsx'
import { Keys } from './Keys.tsx'
import './Menu.css'

export interface MenuItem {
  id: string
  title: string
  icon?: Icon
  keys?: string
  danger?: boolean
  /** Why it cannot be used now; shown in the item. */
  reason?: string | undefined
  separated?: boolean
  perform: () => void
}

interface MenuProps {
  trigger: ReactElement
  items: MenuItem[]
  /** Names the menu, and the trigger where that shows an icon alone. */
  label: string
  /** The trigger has words of its own, which are its name. */
  hasText?: boolean
}

/** A menu opened by `trigger`, one button element. */
export function Menu({ trigger, items, label, hasText = false }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} aria-label={hasText ? undefined : label} />
      <Base.Portal>
        <Base.Positioner className="k-layer" sideOffset={4} align="end">
          <Base.Popup className="k-menu" aria-label={label}>
            {items.map((item) => (
              <MenuRow key={item.id} item={item} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function MenuRow({ item }: { item: MenuItem }) {
  const Glyph = item.icon
  const blocked = item.reason !== undefined && item.reason !== ''
  return (
    <>
      {item.separated ? <Base.Separator className="k-menu-separator" /> : null}
      <Base.Item
        className={item.danger ? 'k-menu-item k-menu-danger' : 'k-menu-item'}
        disabled={blocked}
        onClick={item.perform}
      >
        {Glyph ? <Glyph size={14} strokeWidth={1.6} aria-hidden /> : <span className="k-menu-gap" />}
        <span className="k-menu-title">
          {item.title}
          {blocked ? <span className="k-menu-reason">{item.reason}</span> : null}
        </span>
        {item.keys ? <Keys keys={item.keys} /> : null}
      </Base.Item>
    </>
  )
}
