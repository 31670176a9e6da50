import type { DockTab } from '../../app/index.ts'
import { StatusGlyph, useNow } from '../../kit/index.ts'
import { useAllowedUntil, useQuestion } from './guard.ts'

/** On the tab: that a command waits for an answer, or how long writes still pass. */
export function GuardBadge({ tab }: { tab: DockTab }) {
  const { question } = useQuestion(tab.id)
  const until = useAllowedUntil(tab.id)
  if (question)
    return (
      <span className="terminal-badge">
        <StatusGlyph status="warning" size={13} /> asks
      </span>
    )
  return until === undefined ? null : (
    <span className="terminal-badge">
      writes <Seconds until={until} />
    </span>
  )
}

/** Counts down to a moment, in whole seconds. */
export function Seconds({ until }: { until: number }) {
  const now = useNow()
  return <span className="terminal-seconds">{Math.max(0, Math.floor((until - now) / 1000))} s</span>
}
