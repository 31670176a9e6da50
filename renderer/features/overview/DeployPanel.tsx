import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus } from '#shared/contract/deploy.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { navigate, useTasks } from '../../app/index.ts'
import type { CallState } from '../../client/index.ts'
import {
  Button,
  ErrorState,
  LoadingState,
  Panel,
  ProgressBar,
  RelativeTime,
  Status,
  StatusGlyph,
} from '../../kit/index.ts'
import { deploysOf } from './deploysOf.ts'

const open = () => navigate({ page: 'deploy' })

/** Which version runs, or how far its deployment is. */
export function DeployPanel({ status, scope }: { status: CallState<DeployStatus>; scope: Scope }) {
  const running = useTasks((state) => deploysOf(state.tasks, scope).findLast((task) => task.state === 'running'))
  if (running) return <Running task={running} />
  return (
    <Panel
      title="Suite"
      aside={
        <button type="button" className="overview-link" onClick={open}>
          Deploy
        </button>
      }
    >
      {status.error && !status.value ? (
        <ErrorState fault={status.error} onRetry={status.reload} />
      ) : !status.value ? (
        <LoadingState rows={2} />
      ) : (
        <Installed status={status.value} />
      )}
    </Panel>
  )
}

function Running({ task }: { task: Task }) {
  const at = task.steps.findIndex((step) => step.state === 'running')
  const step = task.steps[at]
  const done = task.steps.filter((each) => each.state === 'done' || each.state === 'skipped').length
  return (
    <Panel
      title={
        <>
          <StatusGlyph status="progress" size={15} /> {task.title}
        </>
      }
      aside={`${done} of ${task.steps.length} stages`}
      label="Suite"
    >
      <div className="strong">{step ? `Stage ${at + 1} of ${task.steps.length}: ${step.title}` : 'Finishing'}</div>
      <div className="overview-progress">
        <ProgressBar value={task.steps.length === 0 ? 0 : done / task.steps.length} label={task.title} />
      </div>
      {step && step.detail !== '' ? <p className="quiet-text">{step.detail}</p> : null}
      <div className="overview-buttons">
        <Button size="small" onClick={open}>
          Open deploy
        </Button>
      </div>
    </Panel>
  )
}

function Installed({ status }: { status: DeployStatus }) {
  const { installed, unfinished } = status
  return (
    <dl className="overview-facts">
      <dt>Installed</dt>
      <dd>
        {installed ? (
          <>
            <Status status="healthy">{installed.version}</Status>
            <span className="dim">{installed.profile}</span>
            <span className="overview-side dim">
              <RelativeTime time={installed.at} />
            </span>
          </>
        ) : (
          <Status status="off">{unfinished ? 'not yet' : 'not by this console'}</Status>
        )}
      </dd>
      {installed ? (
        <>
          <dt>By</dt>
          <dd>{installed.by}</dd>
        </>
      ) : null}
      {unfinished ? (
        <>
          <dt>Stopped</dt>
          <dd>
            <Status status="warning">
              {unfinished.version} at {unfinished.stage}
            </Status>
          </dd>
          <dt />
          <dd>
            <Button size="small" onClick={open}>
              Resume or undo…
            </Button>
          </dd>
        </>
      ) : null}
    </dl>
  )
}
