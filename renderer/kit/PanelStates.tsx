import { Clock } from 'lucide-react'
import { useEffect, useState, type ReactNode } from 'react'
import { Button, type Icon } from './Button.tsx'
import { CodeBlock } from './CodeView.tsx'
import { formatClock } from './formats.ts'
import { StatusGlyph } from './Status.tsx'
import './PanelStates.css'

/** An error as data; the same shape as the contract's fault. */
export interface FaultLike {
  code: string
  message: string
  details: Readonly<Record<string, unknown>>
}

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

/** What happened, what is safe, what to do. Lack of rights shows as a padlock, not as a failure. */
export function ErrorState({
  fault,
  title,
  onRetry,
  actions,
}: {
  fault: FaultLike
  title?: string
  onRetry?: () => void
  actions?: ReactNode
}) {
  const [isOpen, setOpen] = useState(false)
  const isAccess = fault.code === 'FORBIDDEN' || fault.code === 'METRICS_FORBIDDEN'
  const facts = Object.keys(fault.details).length > 0 ? JSON.stringify(fault.details, null, 2) : ''
  const { head, rest } = splitSentence(fault.message)
  return (
    <div className="k-state" role="alert">
      <div className="k-state-row">
        <StatusGlyph status={isAccess ? 'noAccess' : 'failed'} size={14} />
        <div className="selectable">
          <div className="k-state-title">{title ?? head}</div>
          <div className="k-state-text">{title === undefined ? rest : fault.message}</div>
        </div>
      </div>
      <div className="k-state-actions k-state-inset">
        {onRetry ? <Button onClick={onRetry}>Try again</Button> : null}
        {actions}
        <Button kind="quiet" onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Hide details' : 'Details'}
        </Button>
      </div>
      {isOpen ? <CodeBlock text={facts === '' ? fault.code : `${fault.code}\n${facts}`} /> : null}
    </div>
  )
}

function splitSentence(message: string): { head: string; rest: string } {
  const end = message.search(/[.!?]\s/)
  return end < 0 ? { head: message, rest: '' } : { head: message.slice(0, end + 1), rest: message.slice(end + 2) }
}

/** The age of values that are no longer live. */
export function StaleChip({ since }: { since: number }) {
  return (
    <span className="k-stale-chip">
      <Clock size={12} strokeWidth={1.6} aria-hidden />
      from {formatClock(since)}
    </span>
  )
}
