import { Rocket, Square, Undo2, Play, FileSearch } from 'lucide-react'
import { useEffect, useMemo } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus, Plan } from '#shared/contract/deploy.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { PageHeader, reportError, useActions, useBlocked, useScope, useTasks, type Action } from '../../app/index.ts'
import { useCall, useCommand } from '../../client/index.ts'
import { Banner, Button, EmptyState, ErrorState, formatClock, LoadingState, StatusChip } from '../../kit/index.ts'
import { DeployChooser } from './DeployChooser.tsx'
import { changeDraft, useDraft } from './deployStore.ts'
import { countActions, findResource, firstToShow, latestRun, plannedSteps } from './deployView.ts'
import { DifferencePanel } from './DifferencePanel.tsx'
import { FailurePanel } from './FailurePanel.tsx'
import { ResourcesPanel } from './ResourcesPanel.tsx'
import { RunPanel } from './RunPanel.tsx'
import { StagesPanel } from './StagesPanel.tsx'
import { useDeployCommands, type DeployCommands } from './useDeployCommands.ts'
import './deploy.css'

export function DeployPage() {
  const scope = useScope()
  return (
    <div className="deploy-page" data-testid="page-deploy">
      {scope ? (
        <Deploy key={`${scope.cluster} ${scope.namespace}`} scope={scope} />
      ) : (
        <EmptyState title="No cluster is chosen" />
      )}
    </div>
  )
}

function Deploy({ scope }: { scope: Scope }) {
  const draft = useDraft(scope)
  const tasks = useTasks((state) => state.tasks)
  const commands = useDeployCommands(scope)
  const run = useMemo(() => latestRun(tasks.values(), scope), [tasks, scope])
  const {
    value: status,
    error,
    reload,
  } = useCall((client, signal) => client.deploy.status(scope, { signal }), [scope.cluster, scope.namespace])
  const runState = `${run?.id ?? ''} ${run?.state ?? ''}`
  useEffect(reload, [reload, runState])
  const planning = useCommand(async (client, profile: string, version: string) => {
    const plan = await client.deploy.plan({ ...scope, profile, version })
    changeDraft(scope, { plan, profile, version, selected: firstToShow(plan)?.id ?? null, taskId: null })
  })
  // A run belongs on this page while it works, and until its end was seen: then the page is about the next plan.
  const shownRun = run && (run.state === 'running' || run.id === draft.taskId) ? run : undefined
  const plan = draft.plan
  const unfinished = shownRun?.state === 'running' ? null : (status?.unfinished ?? null)
  const fault = shownRun?.fault ?? unfinished?.fault ?? null
  useDeployActions(scope, plan, commands, status, shownRun)
  if (!status)
    return error ? (
      <ErrorState fault={error} onRetry={reload} />
    ) : (
      <LoadingState rows={8} label="Loading the state of the suite" />
    )
  return (
    <>
      <DeployHeader
        scope={scope}
        status={status}
        plan={plan}
        run={shownRun}
        unfinished={unfinished}
        commands={commands}
      />
      <div className="deploy-body">
        {planning.error && !plan ? <ErrorState fault={planning.error} title="The plan could not be made" /> : null}
        {unfinished && !fault ? (
          <Banner tone="warn" title={`The deployment of ${unfinished.version} stopped at ${unfinished.stage}.`}>
            What was applied stays. Resume it, or undo it, above.
          </Banner>
        ) : null}
        {shownRun?.state === 'done' ? (
          <Banner
            tone="ok"
            title={
              shownRun.kind === 'deploy' ? `Deployed ${status.installed?.version ?? ''}.` : 'The deployment was undone.'
            }
          >
            {shownRun.kind === 'deploy'
              ? 'Every stage is applied and its pods are ready.'
              : 'Everything is as it was before. Volumes and their data stayed.'}
          </Banner>
        ) : null}
        {fault ? <FailurePanel fault={fault} stage={failedStage(shownRun, unfinished)} /> : null}
        {plan?.blockers.map((blocker) => (
          <Banner key={`${blocker.code} ${blocker.message}`} tone="crit" title={blocker.message} />
        ))}
        {plan || shownRun ? (
          <div className={plan ? 'deploy-grid' : 'deploy-grid deploy-grid-run'}>
            <StagesPanel
              scope={scope}
              plan={plan}
              steps={shownRun?.steps ?? (plan ? plannedSteps(plan) : [])}
              aside={shownRun ? `started ${formatClock(shownRun.startedAt)} by ${shownRun.by}` : 'planned'}
            />
            {plan ? (
              <>
                <ResourcesPanel
                  plan={plan}
                  steps={shownRun?.steps ?? []}
                  selected={draft.selected ?? undefined}
                  onSelect={(selected) => changeDraft(scope, { selected })}
                />
                <DifferencePanel plan={plan} resource={findResource(plan, draft.selected)} />
              </>
            ) : (
              <RunPanel log={shownRun?.log ?? []} />
            )}
          </div>
        ) : (
          <DeployChooser
            scope={scope}
            status={status}
            isPlanning={planning.isBusy}
            isSecondary={status.unfinished !== null}
            onPlan={(profile, version) => void planning.run(profile, version)}
          />
        )}
        {plan && shownRun ? <RunPanel log={shownRun.log} isShort /> : null}
      </div>
    </>
  )
}

function failedStage(run: Task | undefined, unfinished: DeployStatus['unfinished']): string {
  return run?.steps.find((step) => step.state === 'failed')?.title ?? unfinished?.stage ?? ''
}

interface DeployHeaderProps {
  scope: Scope
  status: DeployStatus
  plan: Plan | null
  run: Task | undefined
  unfinished: DeployStatus['unfinished']
  commands: DeployCommands
}

function DeployHeader({ scope, status, plan, run, unfinished, commands }: DeployHeaderProps) {
  const blocked = useBlocked('operator')
  const stop = useCommand(
    async (client, id: string) => client.tasks.cancel({ id }),
    (fault) => reportError(fault, 'The deployment was not stopped'),
  )
  const isRunning = run?.state === 'running'
  const undoable = run?.kind === 'deploy' && run.state === 'done' ? run.result['runId'] : undefined
  const to = plan?.version ?? unfinished?.version
  const from = status.installed?.version
  return (
    <PageHeader
      title="Deploy"
      facts={
        <>
          {to && to !== from ? (
            <b>
              {from ? `${from} → ` : ''}
              {to}
            </b>
          ) : run ? (
            <b>{run.title.replace(/^Deploy /, '')}</b>
          ) : from ? (
            <b>{from}</b>
          ) : null}
          <RunChip run={run} hasPlan={plan !== null} isInstalled={status.installed !== null} unfinished={unfinished} />
          {plan && !run ? <span>{planWords(plan)}</span> : null}
        </>
      }
      actions={
        <>
          {isRunning ? (
            <Button
              icon={Square}
              kind="danger"
              busy={stop.isBusy}
              reason={run.uncancellable || undefined}
              onClick={() => void stop.run(run.id)}
            >
              Stop
            </Button>
          ) : null}
          {undoable && !unfinished ? (
            <Button
              icon={Undo2}
              kind="danger"
              reason={blocked}
              onClick={() => void commands.undo(undoable, plan?.version ?? status.installed?.version ?? '')}
            >
              Undo…
            </Button>
          ) : null}
          {plan && !isRunning ? (
            <Button onClick={() => changeDraft(scope, { plan: null, taskId: null })}>
              {run?.state === 'done' ? 'New plan' : 'Discard plan'}
            </Button>
          ) : null}
          {plan && !run ? (
            <span data-testid="deploy-apply">
              <Button
                kind={unfinished ? 'default' : 'primary'}
                icon={Rocket}
                reason={blocked ?? blockedBy(plan)}
                onClick={() => void commands.apply(plan)}
              >
                Deploy…
              </Button>
            </span>
          ) : null}
          {unfinished && !isRunning ? (
            <>
              <Button
                icon={Undo2}
                kind="danger"
                reason={blocked}
                onClick={() => void commands.undo(unfinished.id, unfinished.version)}
              >
                Undo…
              </Button>
              <Button
                icon={Play}
                kind="primary"
                reason={blocked}
                onClick={() => void commands.resume(unfinished.id, unfinished.version)}
              >
                Resume…
              </Button>
            </>
          ) : null}
        </>
      }
    />
  )
}

function blockedBy(plan: Plan): string | undefined {
  const first = plan.blockers[0]
  return first ? `The plan cannot be applied: ${first.message}` : undefined
}

function planWords(plan: Plan): string {
  const { create, change, same, conflict, refused } = countActions(plan)
  const parts = [`${create} new`, `${change} changed`, `${same} same`]
  if (conflict + refused > 0) parts.push(`${conflict + refused} in the way`)
  return parts.join(' · ')
}

function RunChip(props: {
  run: Task | undefined
  hasPlan: boolean
  isInstalled: boolean
  unfinished: DeployStatus['unfinished']
}) {
  const { run } = props
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
  if (run || props.unfinished)
    return <StatusChip status="failed">{run?.state === 'cancelled' ? 'Stopped' : 'Failed'}</StatusChip>
  if (props.hasPlan) return <StatusChip status="info">Planned, nothing changed</StatusChip>
  return props.isInstalled ? (
    <StatusChip status="healthy">Installed</StatusChip>
  ) : (
    <StatusChip status="waiting">Not installed</StatusChip>
  )
}

function useDeployActions(
  scope: Scope,
  plan: Plan | null,
  commands: DeployCommands,
  status: DeployStatus | undefined,
  run: Task | undefined,
): void {
  const blocked = useBlocked('operator')
  const unfinished = status?.unfinished
  const isRunning = run?.state === 'running'
  const actions = useMemo<Action[]>(() => {
    const section = 'Deploy'
    const out: Action[] = []
    if (plan && !isRunning) {
      out.push({
        id: 'deploy.apply',
        title: `Deploy ${plan.version}…`,
        section,
        effect: 'destructive',
        icon: Rocket,
        reason: blocked ?? blockedBy(plan),
        perform: () => commands.apply(plan),
      })
      out.push({
        id: 'deploy.discard',
        title: 'Discard the plan',
        section,
        effect: 'read',
        icon: FileSearch,
        perform: () => changeDraft(scope, { plan: null, taskId: null }),
      })
    }
    if (unfinished && !isRunning) {
      out.push({
        id: 'deploy.resume',
        title: 'Resume the deployment…',
        section,
        effect: 'destructive',
        icon: Play,
        reason: blocked,
        perform: () => commands.resume(unfinished.id, unfinished.version),
      })
      out.push({
        id: 'deploy.undo',
        title: 'Undo the deployment…',
        section,
        effect: 'destructive',
        icon: Undo2,
        reason: blocked,
        perform: () => commands.undo(unfinished.id, unfinished.version),
      })
    }
    return out
  }, [scope, plan, commands, unfinished, isRunning, blocked])
  useActions('deploy', actions)
}
