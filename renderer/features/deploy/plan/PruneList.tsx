import { useId } from 'react'
import type { Plan } from '#shared/contract/plan.ts'
import { Checkbox } from '../../../kit/index.ts'

export interface PruneListProps {
  resources: Plan['prune']
  chosen: ReadonlySet<string>
  onChange: ((chosen: ReadonlySet<string>) => void) | undefined
}

/** Objects that an earlier release brought and this one does not have. Nothing is deleted unless it is checked. */
export function PruneList({ resources, chosen, onChange }: PruneListProps) {
  const label = useId()
  const toggle = (id: string, isChosen: boolean) => {
    const next = new Set(chosen)
    if (isChosen) next.add(id)
    else next.delete(id)
    onChange?.(next)
  }
  const isAll = resources.every((resource) => chosen.has(resource.id))
  return (
    <section aria-labelledby={label} className="prune" data-testid="deploy-prune">
      <div className="deploy-stage-name prune-head">
        <span id={label}>No longer in the release</span>
        {onChange && resources.length > 1 ? (
          <button
            type="button"
            className="deploy-link"
            onClick={() => onChange(new Set(isAll ? [] : resources.map((resource) => resource.id)))}
          >
            {isAll ? 'Delete none' : 'Delete all'}
          </button>
        ) : null}
      </div>
      {resources.map((resource) => (
        <div key={resource.id} className="prune-row">
          <Checkbox
            label={`Delete ${resource.kind} ${resource.name}`}
            checked={chosen.has(resource.id)}
            disabled={!onChange}
            onChange={(isChosen) => toggle(resource.id, isChosen)}
            detail={resource.detail}
          />
        </div>
      ))}
      <p className="note prune-note">What is not checked stays as it is, and is listed again with the next plan.</p>
    </section>
  )
}
