import type { ReactNode } from 'react'
import './Panel.css'

export interface PanelProps {
  title?: ReactNode
  /** Right of the title: a count, a time, a control. */
  aside?: ReactNode
  children: ReactNode
  /** No padding: for tables, maps and code that reach the edge. */
  isFlush?: boolean
  /** Grows with its grid cell and scrolls inside; keys scroll it too. */
  isScrolling?: boolean
  footer?: ReactNode
  /** Old content: greyed and dated, never hidden. */
  isStale?: boolean
  tone?: 'production'
  label?: string
}

/** A framed part of a page. */
export function Panel({ title, aside, children, isFlush, isScrolling, footer, isStale, tone, label }: PanelProps) {
  const name = label ?? (typeof title === 'string' ? title : undefined)
  return (
    <section className={`k-panel${tone ? ` k-panel-${tone}` : ''}`} aria-label={name} data-stale={isStale || undefined}>
      {title === undefined && aside === undefined ? null : (
        <header className="k-panel-header">
          <h2>{title}</h2>
          <div className="k-panel-aside">{aside}</div>
        </header>
      )}
      <div
        className={`k-panel-body${isFlush ? ' k-panel-flush' : ''}${isScrolling ? ' k-panel-scrolling' : ''}`}
        tabIndex={isScrolling ? 0 : undefined}
      >
        {children}
      </div>
      {footer === undefined ? null : <footer className="k-panel-footer">{footer}</footer>}
    </section>
  )
}

/** Name and value rows, as in the details of a pod or backup. */
export function Facts({ rows }: { rows: readonly { name: string; value: ReactNode }[] }) {
  return (
    <dl className="k-facts">
      {rows.map((row) => (
        <div key={row.name}>
          <dt>{row.name}</dt>
          <dd className="selectable">{row.value}</dd>
        </div>
      ))}
    </dl>
  )
}
