import type { ReactNode } from 'react'
import './Status.css'

/** Shape, colour and a word; never colour alone (design rule). */
export type StatusKind =
  | 'healthy'
  | 'warning'
  | 'failed'
  | 'progress'
  | 'waiting'
  | 'info'
  | 'unknown'
  | 'noAccess'
  | 'off'
  | 'paused'
  | 'doneBefore'

const shapes: Record<StatusKind, ReactNode> = {
  healthy: (
    <>
      <circle cx="8" cy="8" r="6.5" fill="currentColor" />
      <path d="M5.2 8.2l1.9 1.9 3.7-4" className="k-status-ink" />
    </>
  ),
  warning: (
    <>
      <path
        d="M8 1.9c.4 0 .7.2.9.5l5.6 10a1 1 0 0 1-.9 1.5H2.4a1 1 0 0 1-.9-1.5l5.6-10c.2-.3.5-.5.9-.5z"
        fill="currentColor"
      />
      <path d="M8 6v3.6M8 11.7v.1" className="k-status-ink" />
    </>
  ),
  failed: (
    <>
      <rect x="1.8" y="1.8" width="12.4" height="12.4" rx="2" fill="currentColor" />
      <path d="M5.5 5.5l5 5m0-5l-5 5" className="k-status-ink" />
    </>
  ),
  progress: (
    <>
      <circle cx="8" cy="8" r="5.6" className="k-status-line" opacity=".4" strokeWidth="2" />
      <path d="M8 2.4a5.6 5.6 0 1 1-5.2 3.5" className="k-status-line" strokeWidth="2" />
    </>
  ),
  waiting: <circle cx="8" cy="8" r="5.6" className="k-status-line" />,
  info: (
    <>
      <circle cx="8" cy="8" r="5.8" className="k-status-line" />
      <path d="M8 7.4v3.4M8 5.1v.1" className="k-status-line" />
    </>
  ),
  unknown: (
    <>
      <circle cx="8" cy="8" r="5.9" className="k-status-line" strokeDasharray="2.1 1.6" />
      <path d="M6.4 6.5a1.6 1.6 0 1 1 2.3 1.4c-.5.3-.7.5-.7 1M8 10.9v.1" className="k-status-line" strokeWidth="1.3" />
    </>
  ),
  noAccess: (
    <>
      <rect x="3.2" y="7" width="9.6" height="6.6" rx="1.4" className="k-status-line" />
      <path d="M5.2 7V5.2a2.8 2.8 0 0 1 5.6 0V7" className="k-status-line" />
    </>
  ),
  off: (
    <>
      <circle cx="8" cy="8" r="5.8" className="k-status-line" />
      <path d="M4 12L12 4" className="k-status-line" />
    </>
  ),
  paused: (
    <>
      <circle cx="8" cy="8" r="5.8" className="k-status-line" />
      <path d="M6.5 5.8v4.4M9.5 5.8v4.4" className="k-status-line" />
    </>
  ),
  doneBefore: (
    <>
      <circle cx="8" cy="8" r="5.8" className="k-status-line" />
      <path d="M5.4 8.2l1.8 1.8 3.4-3.7" className="k-status-line" />
    </>
  ),
}

/** The shape alone, decorative: a word must stand beside it. */
export function StatusGlyph({ status, size = 16 }: { status: StatusKind; size?: number }) {
  return (
    <svg className={`k-status-glyph k-status-${status}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden>
      {shapes[status]}
    </svg>
  )
}

export interface StatusProps {
  status: StatusKind
  /** The word; required, because shape and colour alone are not read by everyone. */
  children: ReactNode
  /** Colours the word too: for warnings and failures in tables. */
  emphasis?: boolean
  size?: number
}

export function Status({ status, children, emphasis, size = 14 }: StatusProps) {
  const coloured = emphasis ?? (status === 'failed' || status === 'warning' || status === 'progress')
  return (
    <span className="k-status">
      <StatusGlyph status={status} size={size} />
      <span className={coloured ? `k-status-word k-status-${status}` : 'k-status-word'}>{children}</span>
    </span>
  )
}

/** The status as a chip with tint and line, as in page headers. */
export function StatusChip({ status, children }: { status: StatusKind; children: ReactNode }) {
  return (
    <span className={`k-status-chip k-status-chip-${status}`}>
      <StatusGlyph status={status} size={14} />
      {children}
    </span>
  )
}
