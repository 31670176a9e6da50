import type { DeployStatus } from '#shared/contract/deploy.ts'
import type { Plan } from '#shared/contract/plan.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { Banner, formatTime, RelativeTime } from '../../../kit/index.ts'
import { FailurePanel } from './FailurePanel.tsx'
import { elsewhere } from '../elsewhere.ts'
import { isRollback } from '../deployView.ts'
import { stepInNow } from './stepIn.ts'
import { StepInPanel } from './StepInPanel.tsx'

export interface RunBannersProps {
  status: DeployStatus
  plan: Plan | null
  run: Task | undefined
  unfinished: DeployStatus['unfinished']
}

/** How the last deployment ended, or who is at work on one. */
export function RunBanners({ status, plan, run, unfinished }: RunBannersProps) {
  const fault = run?.fault ?? unfinished?.fault ?? null
  // Where the stages are shown, the same words stand below them.
  const acts = plan || run ? [] : stepInNow(run, unfinished, plan)
  return (
    <>
      {unfinished?.isElsewhere ? (
        <Banner
          tone="info"
          status="progress"
          title={`${unfinished.by} is deploying ${unfinished.version} from another console.`}
        >
          At {unfinished.stage || 'the first stage'}, since {formatTime(unfinished.at)},{' '}
          <RelativeTime time={unfinished.at} />. It can be resumed or undone here once that console is done or gone.
        </Banner>
      ) : unfinished?.isElsewhere === null ? (
        <Banner tone="warn" title={`The deployment of ${unfinished.version} is not finished.`}>
          {elsewhere(unfinished)}
        </Banner>
      ) : unfinished && !fault ? (
        <Banner tone="warn" title={`The deployment of ${unfinished.version} stopped at ${unfinished.stage}.`}>
          What was applied stays. Resume it, or undo it, above.
          <StepInPanel acts={acts} />
        </Banner>
      ) : null}
      {run?.state === 'done' ? (
        <Banner tone="ok" title={doneWords(run, plan, status.installed?.version ?? '')}>
          {run.kind === 'deploy'
            ? 'Every stage is applied and its pods are ready.'
            : 'Everything is as it was before. Volumes and their data stayed.'}
        </Banner>
      ) : null}
      {fault && !unfinished?.isElsewhere ? (
        <FailurePanel fault={fault} stage={failedStage(run, unfinished)}>
          <StepInPanel acts={acts} />
        </FailurePanel>
      ) : null}
    </>
  )
}

function doneWords(run: Task, plan: Plan | null, version: string): string {
  if (run.kind !== 'deploy') return 'The deployment was undone.'
  return isRollback(run, plan) ? `Rolled back to ${version}.` : `Deployed ${version}.`
}

function failedStage(run: Task | undefined, unfinished: DeployStatus['unfinished']): string {
  return run?.steps.find((step) => step.state === 'failed')?.title ?? unfinished?.stage ?? ''
}
