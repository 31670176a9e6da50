import { RotateCcw } from 'lucide-react'
import { useState } from 'react'
import type { Plan, PlannedResource } from '#shared/contract/plan.ts'
import type { Step } from '#shared/contract/tasks.ts'
import { Panel, Segments, StatusGlyph, type StatusKind } from '../../../kit/index.ts'
import { conflictKey, type Decisions } from './decisions.ts'
import { countActions } from '../deployView.ts'
import { PruneList } from './PruneList.tsx'
import { Lines, ResourceName } from './ResourcePanel.tsx'
import { actionWords, stepStatus } from './resourceWords.ts'

export interface ResourcesPanelProps {
  plan: Plan
  /** States of the stages while it runs. */
  steps: readonly Step[]
  selected: string | undefined
  onSelect: (id: string) => void
  decisions: Decisions
  prune: ReadonlySet<string>
  /** Absent once it runs: then nothing is to be chosen any more. */
  onPrune?: (prune: ReadonlySet<string>) => void
}

/** The resources of each stage with what happens to them. Those that stay the same are out of the way unless asked for. */
export function ResourcesPanel({ plan, steps, selected, onSelect, decisions, prune, onPrune }: ResourcesPanelProps) {
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
                  status={statusOf(resource, decisions, stepStatus[state])}
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
      {plan.prune.length > 0 ? <PruneList resources={plan.prune} chosen={prune} onChange={onPrune} /> : null}
    </Panel>
  )
}

/** A conflict warns until it is decided; then the resource is as far as its stage. */
function statusOf(resource: PlannedResource, decisions: Decisions, stage: StatusKind): StatusKind {
  if (resource.action === 'refused') return 'failed'
  const isOpen = resource.conflicts.some((conflict) => !decisions[conflictKey(resource.id, conflict.field)])
  return isOpen && stage === 'waiting' ? 'warning' : stage
}

function ResourceRow(props: {
  resource: PlannedResource
  status: StatusKind
  isSelected: boolean
  onSelect: () => void
}) {
  const { resource } = props
  const { sign, word } = actionWords[resource.action]
  const restarts = resource.restartsPods
  return (
    <div role="listitem">
      <button
        type="button"
        className={`deploy-resource deploy-${resource.action}${props.isSelected ? ' is-selected' : ''}`}
        aria-current={props.isSelected || undefined}
        onClick={props.onSelect}
      >
        <b title={word}>
          {sign}
          <span className="visually-hidden">{word}</span>
        </b>
        <span className="truncate" title={`${resource.kind} ${resource.name}`}>
          <span className="dim">{resource.kind}</span> <ResourceName name={resource.name} />
        </span>
        <span className="deploy-lines">
          {restarts > 0 ? (
            <span className="deploy-restarts" title={`Restarts ${restarts} ${restarts === 1 ? 'pod' : 'pods'}`}>
              <RotateCcw size={12} strokeWidth={1.6} aria-hidden />
              {restarts}
            </span>
          ) : null}
          <Lines resource={resource} />
        </span>
        <StatusGlyph status={props.status} size={14} />
      </button>
    </div>
  )
}
