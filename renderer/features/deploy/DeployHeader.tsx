import { Play, Rocket, Square, Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus } from '#shared/contract/deploy.ts'
import type { Plan } from '#shared/contract/plan.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { PageHeader, reportError, useBlocked } from '../../app/index.ts'
import { useCommand } from '../../client/index.ts'
import { Button, StatusChip } from '../../kit/index.ts'
import { elsewhere } from './elsewhere.ts'
import { blockedBy } from './plan/decisions.ts'
import { discardPlan, useDraft } from './deployStore.ts'
import type { DeployCommands } from './useDeployCommands.ts'

export interface DeployHeaderProps {
  scope: Scope
  status: DeployStatus
  plan: Plan | null
  run: Task | undefined
  unfinished: DeployStatus['unfinished']
  commands: DeployCommands
  tabs: ReactNode
}

/** The head of "Plan and run": what goes to what, how far it is, and the acts of the moment. */
export function DeployHeader({ scope, status, plan, run, unfinished, commands, tabs }: DeployHeaderProps) {
  const draft = useDraft(scope)
  const blocked = useBlocked('operator')
  const stop = useCommand(
    async (client, id: string) => client.tasks.cancel({ id }),
    (fault) => reportError(fault, 'The deployment was not stopped'),
  )
  const isRunning = run?.state === 'running'
  const undoable = run?.kind === 'deploy' && run.state === 'done' ? run.result['runId'] : undefined
  const own = unfinished?.isElsewhere === false && !isRunning ? unfinished : null
  return (
    <PageHeader
      title="Deploy"
      tabs={tabs}
      facts={
        <span className="deploy-facts">
          <Versions status={status} plan={plan} run={run} unfinished={unfinished} />
          <RunChip run={run} hasPlan={plan !== null} isInstalled={status.installed !== null} unfinished={unfinished} />
        </span>
      }
      actions={
        <>
          {isRunning ? (
            <Button
              icon={Square}
              kind="danger"
              busy={stop.isBusy}
              reason={run.uncancellable || undefined}
              onClick={() => stop.run(run.id)}
            >
              Stop
            </Button>
          ) : null}
          {undoable && !unfinished ? (
            <Button
              icon={Undo2}
              kind="danger"
              reason={blocked}
              onClick={() => commands.undo(undoable, plan?.version ?? status.installed?.version ?? '')}
            >
              Undo…
            </Button>
          ) : null}
          {(plan ?? run) && !isRunning ? (
            <Button onClick={() => discardPlan(scope)}>
              {run?.state === 'done' || !plan ? 'New plan' : 'Discard plan'}
            </Button>
          ) : null}
          {plan && !run ? (
            <span data-testid="deploy-apply">
              <Button
                kind={own ? 'default' : 'primary'}
                icon={plan.rollbackTo === null ? Rocket : Undo2}
                reason={blocked ?? elsewhere(unfinished) ?? blockedBy(plan, draft.decisions)}
                onClick={() => commands.apply(plan)}
              >
                {plan.rollbackTo === null ? 'Deploy…' : 'Roll back…'}
              </Button>
            </span>
          ) : null}
          {own ? (
            <>
              <Button icon={Undo2} kind="danger" reason={blocked} onClick={() => commands.undo(own.id, own.version)}>
                Undo…
              </Button>
              <Button icon={Play} kind="primary" reason={blocked} onClick={() => commands.resume(own.id, own.version)}>
                Resume…
              </Button>
            </>
          ) : null}
        </>
      }
    />
  )
}

interface MomentProps {
  status: DeployStatus
  plan: Plan | null
  run: Task | undefined
  unfinished: DeployStatus['unfinished']
}

function Versions({ status, plan, run, unfinished }: MomentProps) {
  const to = plan?.version ?? unfinished?.version
  const from = status.installed?.version
  if (plan && plan.rollbackTo !== null) return <b>Roll back to {plan.version}</b>
  if (to && to !== from) return <b>{from ? `${from} → ${to}` : to}</b>
  if (run) return <b className="truncate">{run.title.replace(/^Deploy /, '')}</b>
  return from ? <b>{from}</b> : null
}

function RunChip(props: {
  run: Task | undefined
  hasPlan: boolean
  isInstalled: boolean
  unfinished: DeployStatus['unfinished']
}) {
  const { run, unfinished } = props
  if (run?.state === 'running') {
    const at = run.steps.findIndex((step) => step.state === 'running')
    return (
      <StatusChip status="progress">
        {at < 0 ? 'Running' : `Running, stage ${at + 1} of ${run.steps.length}`}
      </StatusChip>
    )
  }
  if (run?.state === 'done')
    return <StatusChip status="healthy">{run.kind === 'undeploy' ? 'Undone' : 'Installed'}</StatusChip>
  if (unfinished?.isElsewhere) return <StatusChip status="progress">Another console is at work</StatusChip>
  if (unfinished?.isElsewhere === null) return <StatusChip status="unknown">Not finished</StatusChip>
  if (run?.state === 'interrupted') return <StatusChip status="warning">Interrupted</StatusChip>
  if (run || unfinished)
    return <StatusChip status="failed">{run?.state === 'cancelled' ? 'Stopped' : 'Failed'}</StatusChip>
  if (props.hasPlan) return <StatusChip status="info">Planned, nothing changed</StatusChip>
  return props.isInstalled ? (
    <StatusChip status="healthy">Installed</StatusChip>
  ) : (
    <StatusChip status="waiting">Not installed</StatusChip>
  )
}
