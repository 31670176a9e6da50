import type { Scope } from '#shared/contract/base.ts'
import type { Plan } from '#shared/contract/plan.ts'
import type { Step } from '#shared/contract/tasks.ts'
import { Panel, StepList } from '../../../kit/index.ts'
import { workloadsOf } from '../deployView.ts'
import type { StepIn } from './stepIn.ts'
import { StepInPanel } from './StepInPanel.tsx'
import { StagePods } from './StagePods.tsx'

export interface StagesPanelProps {
  scope: Scope
  plan: Plan | null
  steps: readonly Step[]
  aside: string
  stepIn: readonly StepIn[]
}

/** The stages in their order; the one that runs shows its pods. Below: what stepping in would do. */
export function StagesPanel({ scope, plan, steps, aside, stepIn }: StagesPanelProps) {
  return (
    <Panel
      title="Stages"
      aside={aside}
      isScrolling
      {...(stepIn.length > 0 ? { footer: <StepInPanel acts={stepIn} /> } : {})}
    >
      <StepList
        label="Stages"
        isJoined
        steps={steps.map((step, index) => ({ ...step, title: `${index + 1} ${step.title}` }))}
        more={(step) => {
          if (step.state !== 'running' && step.state !== 'failed') return null
          const workloads = workloadsOf(plan, step.id)
          return workloads.length > 0 ? <StagePods scope={scope} workloads={workloads} /> : null
        }}
      />
    </Panel>
  )
}
