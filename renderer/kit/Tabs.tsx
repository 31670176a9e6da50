import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'
import './Tabs.css'

interface Tab<Id extends string> {
  id: Id
  title: ReactNode
  /** A number or mark beside the title. */
  badge?: ReactNode
}

export interface TabsProps<Id extends string> {
  label: string
  value: NoInfer<Id>
  tabs: readonly Tab<Id>[]
  onChange: (id: Id) => void
}

/** The row of tabs alone; the caller renders the content of `value`. */
export function Tabs<Id extends string>({ label, value, tabs, onChange }: TabsProps<Id>) {
  return (
    <Base.Root value={value} onValueChange={(next: Id) => onChange(next)} className="k-tabs">
      <Base.List aria-label={label} className="k-tabs-list">
        {tabs.map((tab) => (
          <Base.Tab key={tab.id} value={tab.id} className="k-tab">
            {tab.title}
            {tab.badge === undefined ? null : <span className="k-tab-badge">{tab.badge}</span>}
          </Base.Tab>
        ))}
      </Base.List>
    </Base.Root>
  )
}
