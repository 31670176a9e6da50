import type { ReactNode } from 'react'
import type { Plan } from '#shared/contract/plan.ts'
import { plural } from '../../../kit/index.ts'
import { conflictsOf, undecidedOf, type Decisions } from './decisions.ts'
import { countActions } from '../deployView.ts'
import { podsToRestart } from './planEffects.ts'

/** One figure of the strip above the panels. */
export function Figure({ title, value, note }: { title: string; value: ReactNode; note?: ReactNode }) {
  return (
    <div className="figure">
      <span className="figure-title">{title}</span>
      <span className="figure-line">
        <b>{value}</b>
        {note === undefined ? null : (
          <span className="truncate" title={typeof note === 'string' ? note : undefined}>
            {note}
          </span>
        )}
      </span>
    </div>
  )
}

/** The plan in five figures: what it changes, restarts, deletes, leaves to decide, and does to the database. */
export function PlanStrip({
  plan,
  decisions,
  prune,
}: {
  plan: Plan
  decisions: Decisions
  prune: ReadonlySet<string>
}) {
  const counts = countActions(plan)
  const pods = podsToRestart(plan)
  const conflicts = conflictsOf(plan).length
  const open = undecidedOf(plan, decisions).length
  const changed = counts.change + counts.replace + counts.conflict + counts.refused
  return (
    <div className="strip" aria-label="The plan in figures" role="group">
      <Figure
        title="Resources"
        value={changed + counts.create}
        note={[
          `${counts.create} new`,
          `${changed} changed`,
          ...(counts.refused > 0 ? [`${counts.refused} refused`] : []),
          `${counts.same} same`,
        ].join(' · ')}
      />
      <Figure title="Pods that restart" value={pods.total} note={pods.names.join(', ')} />
      <Figure
        title="Other owners"
        value={conflicts === 0 ? 'none' : `${conflicts - open} of ${conflicts}`}
        note={conflicts === 0 ? undefined : 'decided'}
      />
      <Figure
        title="Deleted"
        value={plan.prune.length === 0 ? 'nothing' : `${prune.size} of ${plan.prune.length}`}
        note={plan.prune.length === 0 ? undefined : 'chosen'}
      />
      <Figure
        title="Database"
        value={plan.schema.migrations.length === 0 ? 'as it is' : plural(plan.schema.migrations.length, 'migration')}
      />
    </div>
  )
}
