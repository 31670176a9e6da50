import { useState } from 'react'
import type { Check, Plan } from '#shared/contract/plan.ts'
import { formatTime, Panel, StatusGlyph } from '../../../kit/index.ts'

const glyph = { passed: 'healthy', warning: 'warning', failed: 'failed', unknown: 'unknown' } as const
const word = { passed: 'passed', warning: 'warning', failed: 'failed', unknown: 'not checked' } as const
const rank: Record<Check['state'], number> = { failed: 0, unknown: 1, warning: 2, passed: 3 }

/** What was looked at before anything is changed: failures first, then what could not be checked, each with its reason and remedy; what passed is one line. */
export function ChecksPanel({ plan }: { plan: Plan }) {
  const sorted = [...plan.checks].sort((a, b) => rank[a.state] - rank[b.state])
  const passed = sorted.filter((check) => check.state === 'passed')
  const [isOpen, setOpen] = useState(false)
  const shown = isOpen ? sorted : sorted.filter((check) => check.state !== 'passed')
  return (
    <Panel title="Before it starts" aside={`checked ${formatTime(plan.madeAt)}`} isFlush>
      <div className="checks">
        <ul aria-label="Checks before it starts">
          {shown.map((check) => (
            <li key={check.title} className={`check check-${check.state}`}>
              <StatusGlyph status={glyph[check.state]} size={14} />
              <div className="selectable">
                <b>
                  <span className="visually-hidden">{word[check.state]}: </span>
                  {check.title}
                </b>
                <p>{check.detail}</p>
                {check.remedy === '' ? null : <p className="check-remedy">{check.remedy}</p>}
              </div>
            </li>
          ))}
        </ul>
        {passed.length === 0 ? null : (
          <div className="check-rest">
            <StatusGlyph status="healthy" size={14} />
            <span>
              {passed.length} {passed.length === 1 ? 'check' : 'checks'} passed
            </span>
            <button type="button" className="deploy-link" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {isOpen ? 'Hide' : 'Show'}
            </button>
          </div>
        )}
        <p className="note check-note">Server-side dry run, nothing was changed.</p>
      </div>
    </Panel>
  )
}
