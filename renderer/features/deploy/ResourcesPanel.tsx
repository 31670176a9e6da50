import { useState } from 'react'
import type { Plan, PlannedResource } from '#shared/contract/deploy.ts'
import type { Step } from '#shared/contract/tasks.ts'
import { Panel, Segments, StatusGlyph, type StatusKind } from '../../kit/index.ts'
import { countActions, type Action } from './deployView.ts'

const signs: Record<Action, { sign: string; word: string }> = {
  create: { sign: '+', word: 'create' },
  change: { sign: '~', word: 'change' },
  same: { sign: '=', word: 'same' },
  conflict: { sign: '!', word: 'conflict' },
  refused: { sign: '×', word: 'refused' },
}

const stepStatus: Record<Step['state'], StatusKind> = {
  waiting: 'waiting',
  running: 'progress',
  done: 'healthy',
  failed: 'failed',
  skipped: 'off',
  undone: 'doneBefore',
}

export interface ResourcesPanelProps {
  plan: Plan
  /** States of the stages while it runs. */
  steps: readonly Step[]
  selected: string | undefined
  onSelect: (id: string) => void
}

/** The resources of each stage with what happens to them. Those that stay the same are out of the way unless asked for. */
export function ResourcesPanel({ plan, steps, selected, onSelect }: ResourcesPanelProps) {
  const counts = countActions(plan)
  const [isAll, setAll] = useState(false)
  const total = plan.stages.reduce((sum, stage) => sum + stage.resources.length, 0)
  const changed = total - counts.same
  const showsAll = isAll || changed === 0
  return (
    <Panel
      title="Resources"
      isFlush
      isScrolling
      aside={
        <Segments
          label="Which resources"
          value={showsAll ? 'all' : 'changed'}
          options={[
            { value: 'changed', title: `Changed ${changed}` },
            { value: 'all', title: `All ${total}` },
          ]}
          onChange={(value) => setAll(value === 'all')}
        />
      }
    >
      <div role="list" aria-label="Planned resources">
        {plan.stages.map((stage) => {
          const shown = stage.resources.filter((resource) => showsAll || resource.action !== 'same')
          if (shown.length === 0) return null
          const state = steps.find((step) => step.id === stage.id)?.state ?? 'waiting'
          return (
            <div key={stage.id}>
              <div className="deploy-stage-name">{stage.title}</div>
              {shown.map((resource) => (
                <ResourceRow
                  key={resource.id}
                  resource={resource}
                  status={stepStatus[state]}
                  isSelected={resource.id === selected}
                  onSelect={() => onSelect(resource.id)}
                />
              ))}
            </div>
          )
        })}
      </div>
      {showsAll || counts.same === 0 ? null : (
        <p className="deploy-same note">
          {counts.same} {counts.same === 1 ? 'resource is' : 'resources are'} the same.
        </p>
      )}
    </Panel>
  )
}

function ResourceRow(props: {
  resource: PlannedResource
  status: StatusKind
  isSelected: boolean
  onSelect: () => void
}) {
  const { resource } = props
  const { sign, word } = signs[resource.action]
  return (
    <button
      type="button"
      role="listitem"
      className={`deploy-resource deploy-${resource.action}${props.isSelected ? ' is-selected' : ''}`}
      aria-current={props.isSelected || undefined}
      onClick={props.onSelect}
    >
      <b title={word}>
        {sign}
        <span className="visually-hidden">{word}</span>
      </b>
      <span className="truncate">
        <span className="dim">{resource.kind}</span> {resource.name}
      </span>
      <span className="deploy-lines">
        {resource.added > 0 ? <i className="deploy-added">+{resource.added}</i> : null}
        {resource.removed > 0 ? <i className="deploy-removed">-{resource.removed}</i> : null}
      </span>
      <StatusGlyph
        status={resource.action === 'conflict' || resource.action === 'refused' ? 'warning' : props.status}
        size={14}
      />
    </button>
  )
}
