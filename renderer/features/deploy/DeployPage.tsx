import { RefreshCw } from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { DeployStatus } from '#shared/contract/deploy.ts'
import type { ReleaseRow } from '#shared/contract/releases.ts'
import { PageHeader, setParameters, useBlocked, useParameters, useScope, useTasks } from '../../app/index.ts'
import { useCall, useCommand } from '../../client/index.ts'
import { Banner, Button, EmptyState, ErrorState, formatTime, LoadingState } from '../../kit/index.ts'
import { DeployChooser } from './values/DeployChooser.tsx'
import { DeployHeader } from './DeployHeader.tsx'
import { elsewhere } from './elsewhere.ts'
import { takePlan, useDraft } from './deployStore.ts'
import { DeployTabs } from './DeployTabs.tsx'
import { latestRun, latestUninstall } from './deployView.ts'
import { checkDrift, useDrift, type DriftState } from './drift/driftStore.ts'
import { DriftView } from './drift/DriftView.tsx'
import { PlanView } from './plan/PlanView.tsx'
import { makePlan, type Wanted } from './values/wanted.ts'
import { ReleasesView } from './releases/ReleasesView.tsx'
import { RunBanners } from './run/RunBanners.tsx'
import { useDeployActions } from './useDeployActions.ts'
import { useDeployCommands } from './useDeployCommands.ts'
import './deploy.css'
import './plan/plan.css'

export function DeployPage() {
  const scope = useScope()
  return (
    <div className="deploy-page" data-testid="page-deploy">
      {scope ? (
        <Deploy key={`${scope.context} ${scope.namespace}`} scope={scope} />
      ) : (
        <EmptyState title="No cluster is chosen" />
      )}
    </div>
  )
}

/** Milliseconds between two looks at what another console does; its own tasks are not seen here. */
const lookAgain = 10_000

function Deploy({ scope }: { scope: Scope }) {
  const view = useParameters('deploy').view
  const draft = useDraft(scope)
  const tasks = useTasks((state) => state.tasks)
  const drift = useDrift(scope)
  const run = useMemo(() => latestRun(tasks.values(), scope), [tasks, scope])
  const gone = useMemo(() => latestUninstall(tasks.values(), scope), [tasks, scope])
  const {
    value: status,
    error,
    reload,
  } = useCall((client, signal) => client.deploy.status(scope, { signal }), [scope.context, scope.namespace])
  useStatusReload(
    reload,
    [run, gone].map((task) => `${task?.id ?? ''} ${task?.state ?? ''}`).join(' '),
    status?.unfinished?.isElsewhere ?? false,
  )
  useDriftChecks(scope, status, drift, view === 'drift')
  // A run belongs on this page while it works, and until its end was seen: then the page is about the next plan.
  const shownRun = run && (run.state === 'running' || run.id === draft.taskId) ? run : undefined
  const tabs = <DeployTabs view={view} isRunning={run?.state === 'running'} drift={drift.report?.objects.length} />
  if (!status)
    return (
      <>
        <PageHeader title="Deploy" tabs={tabs} />
        {error ? (
          <ErrorState fault={error} onRetry={reload} />
        ) : (
          <LoadingState rows={8} label="Loading the state of the suite" />
        )}
      </>
    )
  const unfinished = run?.state === 'running' ? null : status.unfinished
  const parts = { scope, status, unfinished, run: shownRun, tabs }
  return (
    <>
      {error ? (
        <div className="deploy-stale">
          <Banner
            tone="warn"
            title="The state of the suite could not be read again."
            aside={
              <Button size="small" onClick={reload}>
                Try again
              </Button>
            }
          >
            {error.message} What you see is older.
          </Banner>
        </div>
      ) : null}
      {view === 'plan' ? <PlanAndRun {...parts} /> : null}
      {view === 'releases' ? <Releases {...parts} /> : null}
      {view === 'drift' ? <Drift {...parts} drift={drift} /> : null}
    </>
  )
}

/** Asks for the status again when a run begins or ends, and now and then while another console works. */
function useStatusReload(reload: () => void, runState: string, isElsewhere: boolean): void {
  useEffect(reload, [reload, runState])
  useEffect(() => {
    if (!isElsewhere) return
    const timer = setInterval(reload, lookAgain)
    return () => clearInterval(timer)
  }, [reload, isElsewhere])
}

/** Milliseconds after which a check of drift is made again when its view is opened. */
const driftIsOld = 30_000

/** The first look at a release compares the cluster with it, so that the tab says how much drifted; so does opening the view later. */
function useDriftChecks(
  scope: Scope,
  status: DeployStatus | undefined,
  { askedFor, isChecking, report }: DriftState,
  isShown: boolean,
): void {
  const installed = status?.installed?.id ?? null
  const isWanted = status !== undefined && !isChecking && askedFor !== installed
  const { context: cluster, namespace } = scope
  useEffect(() => {
    if (isWanted) void checkDrift({ context: cluster, namespace }, installed)
  }, [cluster, namespace, installed, isWanted])
  const checkedAt = report?.checkedAt
  useEffect(() => {
    // Only the opening of the view counts: a check that ends must not start the next.
    if (isShown && checkedAt !== undefined && Date.now() - checkedAt > driftIsOld)
      void checkDrift({ context: cluster, namespace })
  }, [cluster, namespace, isShown, checkedAt])
}

interface PartProps {
  scope: Scope
  status: DeployStatus
  unfinished: DeployStatus['unfinished']
  run: ReturnType<typeof latestRun>
  tabs: React.ReactNode
}

function PlanAndRun({ scope, status, unfinished, run, tabs }: PartProps) {
  const draft = useDraft(scope)
  const commands = useDeployCommands(scope)
  const planning = useCommand((_client, wanted: Wanted) => makePlan(scope, status, wanted))
  const { plan } = draft
  useDeployActions({ scope, status, plan, commands, unfinished, run })
  return (
    <>
      <DeployHeader
        scope={scope}
        status={status}
        plan={plan}
        run={run}
        unfinished={unfinished}
        commands={commands}
        tabs={tabs}
      />
      <div className="deploy-body">
        <RunBanners status={status} plan={plan} run={run} unfinished={unfinished} />
        {plan || run ? (
          <PlanView scope={scope} status={status} plan={plan} run={run} unfinished={unfinished} />
        ) : (
          <DeployChooser
            scope={scope}
            status={status}
            isPlanning={planning.isBusy}
            fault={planning.error}
            isSecondary={unfinished !== null}
            onPlan={(wanted) => void planning.run(wanted)}
          />
        )}
      </div>
    </>
  )
}

function Releases({ scope, status, unfinished, run, tabs }: PartProps) {
  const blocked = useBlocked('read_only')
  const [planning, setPlanning] = useState<string | null>(null)
  const releases = useCall(
    (client, signal) => client.releases.list(scope, { signal }),
    [scope.context, scope.namespace, `${run?.id ?? ''} ${run?.state ?? ''} ${status.installed?.id ?? ''}`],
  )
  const going = useCommand(async (client, row: ReleaseRow) => {
    const plan = await client.deploy.planRollback({ ...scope, releaseId: row.id })
    takePlan(scope, plan, status.installed !== null)
    setParameters('deploy', { view: 'plan', release: undefined })
  })
  const isRunning = run?.state === 'running'
  return (
    <>
      <PageHeader
        title="Deploy"
        tabs={tabs}
        facts={
          status.installed ? (
            <span className="deploy-facts">
              <b>{status.installed.version}</b>
              <span>is live</span>
            </span>
          ) : undefined
        }
        actions={
          <Button icon={RefreshCw} onClick={releases.reload}>
            Read again
          </Button>
        }
      />
      <ReleasesView
        scope={scope}
        releases={releases}
        blocked={
          blocked ?? elsewhere(unfinished) ?? (isRunning ? `${run.title} is running. One at a time.` : undefined)
        }
        planning={going.isBusy ? planning : null}
        fault={going.error}
        onRollBack={(row) => {
          setPlanning(row.id)
          void going.run(row)
        }}
      />
    </>
  )
}

function Drift({ scope, unfinished, run, tabs, drift }: PartProps & { drift: DriftState }) {
  const readable = useBlocked('read_only')
  const blocked = useBlocked('operator')
  const isRunning = run?.state === 'running'
  const { report } = drift
  return (
    <>
      <PageHeader
        title="Deploy"
        tabs={tabs}
        facts={report ? <span className="deploy-facts">checked {formatTime(report.checkedAt)}</span> : undefined}
        actions={
          <Button
            kind="primary"
            icon={RefreshCw}
            busy={drift.isChecking}
            reason={readable}
            onClick={() => checkDrift(scope)}
          >
            Check now
          </Button>
        }
      />
      <DriftView
        scope={scope}
        drift={drift}
        blocked={
          blocked ?? elsewhere(unfinished) ?? (isRunning ? `${run.title} is running. One at a time.` : undefined)
        }
      />
    </>
  )
}
