import type { ReactNode } from 'react'
import { StatusGlyph, type StatusKind } from './Status.tsx'
import './Banner.css'

export interface BannerProps {
  tone: 'crit' | 'warn' | 'info' | 'ok' | 'neutral'
  /** Bold first sentence. */
  title: ReactNode
  children?: ReactNode
  /** Right side: when it is tried again, a button. */
  aside?: ReactNode
  status?: StatusKind
}

const glyphs = { crit: 'failed', warn: 'warning', info: 'info', ok: 'healthy', neutral: 'info' } as const

/** Something that concerns the whole page or dialog, announced to screen readers. */
export function Banner({ tone, title, children, aside, status }: BannerProps) {
  return (
    <div className={`k-banner k-banner-${tone}`} role={tone === 'crit' ? 'alert' : 'status'}>
      <StatusGlyph status={status ?? glyphs[tone]} size={14} />
      <div className="k-banner-text selectable">
        <b>{title}</b> {children}
      </div>
      {aside === undefined ? null : <div className="k-banner-aside">{aside}</div>}
    </div>
  )
}
