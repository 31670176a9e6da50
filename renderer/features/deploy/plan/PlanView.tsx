import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus } from '#shared/contract/deploy.ts'
import type { Plan } from '#shared/contract/plan.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { Banner, formatTime } from '../../../kit/index.ts'
import { ChecksPanel } from './ChecksPanel.tsx'
import { ConflictBar } from './ConflictBar.tsx'
import { DatabasePanel } from './DatabasePanel.tsx'
import { changeDraft, useDraft } from '../deployStore.ts'
import { findResource, plannedSteps } from '../deployView.ts'
import { PlanStrip } from './PlanStrip.tsx'
import { ResourcePanel } from './ResourcePanel.tsx'
import { ResourcesPanel } from './ResourcesPanel.tsx'
import { RunPanel } from '../run/RunPanel.tsx'
import { RunStrip } from '../run/RunStrip.tsx'
import { StagesPanel } from '../run/StagesPanel.tsx'
import { stepInNow } from '../run/stepIn.ts'
import { StepInPanel } from '../run/StepInPanel.tsx'

export interface PlanViewProps {
  scope: Scope
  status: DeployStatus
  plan: Plan | null
  run: Task | undefined
  unfinished: DeployStatus['unfinished']
}

/** A plan before it is deployed, and the run it became. A window opened meanwhile shows the run without its plan. */
export function PlanView({ scope, status, plan, run, unfinished }: PlanViewProps) {
  const draft = useDraft(scope)
  const acts = stepInNow(run, unfinished, plan)
  const stages = (
    <StagesPanel
      scope={scope}
      plan={plan}
      steps={run?.steps ?? (plan ? plannedSteps(plan) : [])}
      aside={run ? `started ${formatTime(run.startedAt)}` : 'planned'}
      stepIn={plan && run ? [] : acts}
    />
  )
  if (!plan) {
    return (
      <>
        {run ? <RunStrip run={run} /> : null}
        <div className="deploy-grid deploy-grid-run">
          {stages}
          <RunPanel log={run?.log ?? []} />
        </div>
      </>
    )
  }
  const choice = run ? {} : { onPrune: (prune: ReadonlySet<string>) => changeDraft(scope, { prune }) }
  return (
    <>
      {run ? <RunStrip run={run} /> : <PlanStrip plan={plan} decisions={draft.decisions} prune={draft.prune} />}
      {plan.blockers.map((blocker) => (
        <Banner key={`${blocker.code} ${blocker.message}`} tone="crit" title={blocker.message} />
      ))}
      {plan.schema.state === 'restore' && !run ? (
        <Banner tone="crit" title="The database does not go back with this.">
          {plan.schema.detail}
        </Banner>
      ) : null}
      {run ? null : <ConflictBar scope={scope} plan={plan} decisions={draft.decisions} />}
      <div className="deploy-grid">
        <div className="deploy-column">
          {run ? null : (
            <>
              <ChecksPanel plan={plan} />
              <DatabasePanel
                schema={plan.schema}
                hasDatabase={status.installed !== null}
                safetyBackup={draft.safetyBackup}
                onSafetyBackup={(safetyBackup) => changeDraft(scope, { safetyBackup })}
              />
            </>
          )}
          {stages}
        </div>
        <ResourcesPanel
          plan={plan}
          steps={run?.steps ?? []}
          selected={draft.selected ?? undefined}
          onSelect={(selected) => changeDraft(scope, { selected })}
          decisions={draft.decisions}
          prune={draft.prune}
          {...choice}
        />
        <ResourcePanel
          key={plan.id}
          resource={findResource(plan, draft.selected)}
          sides={run ? { before: 'Before', after: plan.version } : { before: 'Now', after: 'Planned' }}
          decisions={draft.decisions}
          {...(run
            ? {}
            : {
                onDecide: (key, chosen) => changeDraft(scope, { decisions: { ...draft.decisions, [key]: chosen } }),
              })}
        />
      </div>
      {run ? (
        <div className="deploy-lower">
          <StepInPanel acts={acts} />
          <RunPanel log={run.log} isShort />
        </div>
      ) : null}
    </>
  )
}
