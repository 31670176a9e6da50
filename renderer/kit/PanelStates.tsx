import { Clock } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import type { Icon } from './Button.tsx'
import { formatTime } from './times.ts'
import './PanelStates.css'

/** Nothing exists yet: says so and offers the first step. */
export function EmptyState(props: {
  title: ReactNode
  children?: ReactNode
  icon?: Icon
  actions?: ReactNode
  isLarge?: boolean
}) {
  const Glyph = props.icon
  return (
    <div className={props.isLarge ? 'k-state k-state-large' : 'k-state'}>
      {Glyph ? (
        <span className="k-state-icon">
          <Glyph size={16} strokeWidth={1.6} aria-hidden />
        </span>
      ) : null}
      <div className="k-state-title">{props.title}</div>
      {props.children === undefined ? null : <div className="k-state-text">{props.children}</div>}
      {props.actions ? <div className="k-state-actions">{props.actions}</div> : null}
    </div>
  )
}

/** The shape of what is coming; nothing at all for the first 300 ms (design rule). */
export function LoadingState({ rows = 3, label = 'Loading' }: { rows?: number; label?: string }) {
  const [isLate, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), 300)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className="k-loading" role="status" aria-label={label}>
      {isLate
        ? Array.from({ length: rows }, (_, index) => (
            <div key={index} className="k-loading-row" aria-hidden>
              <i />
              <i style={{ width: `${42 - ((index * 17) % 23)}%` }} />
              <i style={{ width: `${12 + ((index * 7) % 9)}%` }} />
            </div>
          ))
        : null}
    </div>
  )
}

/** The age of values that are no longer live. */
export function StaleChip({ since }: { since: number }) {
  return (
    <span className="k-stale-chip">
      <Clock size={12} strokeWidth={1.6} aria-hidden />
      from {formatTime(since)}
    </span>
  )
}
