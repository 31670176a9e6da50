import type { ReactNode } from 'react'
import './PageHeader.css'

export interface PageHeaderProps {
  title: string
  /** Right of the title: a chip, counts, what was checked when. */
  facts?: ReactNode
  /** Tabs take the place of facts. */
  tabs?: ReactNode
  /** Right side: filter, segments, and at most one primary button as the last. */
  actions?: ReactNode
}

/** The 48 px head of a page. */
export function PageHeader({ title, facts, tabs, actions }: PageHeaderProps) {
  return (
    <header className="app-page-header">
      <h1>{title}</h1>
      {tabs}
      {facts === undefined ? null : <div className="app-page-facts">{facts}</div>}
      <div className="app-page-actions">{actions}</div>
    </header>
  )
}
