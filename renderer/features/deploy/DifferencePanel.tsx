import { useState } from 'react'
import type { Plan, PlannedResource } from '#shared/contract/deploy.ts'
import { CodeView, DiffView, formatClock, Panel, Segments, StatusGlyph } from '../../kit/index.ts'

const checkStatus = { passed: 'healthy', warning: 'warning', failed: 'failed' } as const

/** One resource as it is and as the server answered the dry run, and below what was checked. */
export function DifferencePanel({ plan, resource }: { plan: Plan; resource: PlannedResource | undefined }) {
  const [mode, setMode] = useState<'unified' | 'split'>('unified')
  return (
    <Panel
      isFlush
      label="Difference"
      title={
        resource ? (
          <>
            <span className="dim deploy-kind">{resource.kind}</span> <span className="truncate">{resource.name}</span>
          </>
        ) : (
          'Difference'
        )
      }
      aside={
        <Segments
          label="Layout"
          value={mode}
          options={[
            { value: 'unified', title: 'Unified' },
            { value: 'split', title: 'Split' },
          ]}
          onChange={setMode}
        />
      }
    >
      <div className="deploy-difference">
        {resource && resource.notes.length > 0 ? (
          <ul className="deploy-notes">
            {resource.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        ) : null}
        <div className="deploy-code">
          {resource ? <Text resource={resource} mode={mode} /> : <p className="note">Choose a resource.</p>}
        </div>
        <div className="deploy-checks">
          <div className="deploy-checks-head">
            <b>Checked on the server at {formatClock(plan.madeAt)}</b>
            <span className="note">dry run, nothing was changed</span>
          </div>
          {plan.checks.map((check) => (
            <div key={check.title} className={`deploy-check deploy-check-${check.state}`}>
              <StatusGlyph status={checkStatus[check.state]} size={14} />
              <span>{check.title}</span>
              <span className="dim" title={check.detail}>
                {check.detail}
              </span>
            </div>
          ))}
        </div>
      </div>
    </Panel>
  )
}

function Text({ resource, mode }: { resource: PlannedResource; mode: 'unified' | 'split' }) {
  if (resource.action === 'same')
    return <CodeView text={resource.after || resource.before} label={`YAML of ${resource.name}`} isBare />
  return (
    <DiffView
      key={resource.id}
      before={resource.before}
      after={resource.after}
      mode={mode}
      label={`Difference of ${resource.name}`}
    />
  )
}
