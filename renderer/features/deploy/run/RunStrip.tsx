import type { Task } from '#shared/contract/tasks.ts'
import { formatTime, formatDuration, ProgressBar, useNow } from '../../../kit/index.ts'
import { Figure } from '../plan/PlanStrip.tsx'

/** How far a deployment is, in figures. */
export function RunStrip({ run }: { run: Task }) {
  const now = useNow()
  const done = run.steps.filter((step) => step.state === 'done' || step.state === 'skipped').length
  const step = run.steps.find((each) => ['running', 'failed', 'interrupted'].includes(each.state))
  const end = run.endedAt ?? Math.max(now, run.startedAt)
  return (
    <div className="strip strip-run" aria-label="The deployment in figures" role="group">
      <Figure
        title="Stages"
        value={`${done} of ${run.steps.length}`}
        note={
          <span className="figure-bar">
            <ProgressBar
              value={run.steps.length === 0 ? 0 : done / run.steps.length}
              label="Stages done"
              tone={run.state === 'failed' ? 'crit' : run.state === 'done' ? 'ok' : 'info'}
            />
          </span>
        }
      />
      <Figure
        title={run.state === 'failed' || run.state === 'interrupted' ? 'Stopped at' : 'At'}
        value={step?.title ?? (run.state === 'done' ? 'the end' : 'the start')}
        note={step?.progress?.total === undefined ? undefined : `${step.progress.done} of ${step.progress.total}`}
      />
      <Figure
        title={run.endedAt === undefined ? 'Elapsed' : 'Took'}
        value={formatDuration(end - run.startedAt)}
        note={`started ${formatTime(run.startedAt)}`}
      />
      <Figure title="By" value={run.by} />
    </div>
  )
}
