import { Copy, Square, Undo2 } from 'lucide-react'
import { useLayoutEffect, useRef } from 'react'
import type { Restore } from '#shared/contract/backups.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { reportError, toast, useBlocked, useContextTo } from '../../../app/index.ts'
import { useCommand } from '../../../client/index.ts'
import {
  Banner,
  Button,
  CodeBlock,
  Dialog,
  EnvironmentChip,
  Facts,
  formatClock,
  formatTime,
  formatDuration,
  ProgressBar,
  StatusChip,
  useNow,
} from '../../../kit/index.ts'
import { undoRestore, watchTask } from '../backupActions.ts'
import { RestoreSteps } from './RestoreSteps.tsx'
import { doneFraction, remainingMs } from './stepBars.ts'
import { taskReport } from '../taskReport.ts'

/** A restore or its undoing, live. Closing the dialog stops nothing. */
export function RestoreProgress({ task, restore }: { task: Task; restore: Restore | undefined }) {
  const now = useNow(1_000)
  const cluster = useContextTo(task.cluster)
  const isProduction = cluster?.environment === 'production'
  const name = cluster?.name ?? task.cluster
  const isRunning = task.state === 'running'
  const stop = useCommand(
    (client) => client.tasks.cancel({ id: task.id }),
    (fault) => reportError(fault, 'The restore was not stopped'),
  )
  const close = () => watchTask(null)
  return (
    <Dialog
      size="large"
      isProduction={isProduction}
      isFlush
      title={
        <>
          {heading(task, name)}
          {cluster ? <EnvironmentChip environment={cluster.environment} /> : null}
        </>
      }
      note={`Started ${formatTime(task.startedAt)} by ${task.by}`}
      aside={<span className="quiet-text">{timeWords(task, now)}</span>}
      onClose={close}
      hint={isRunning ? task.uncancellable || 'It continues if you close this. Progress stays in Tasks.' : ''}
      actions={
        <>
          {isRunning ? (
            <Button
              size="large"
              icon={Square}
              busy={stop.isBusy}
              reason={task.uncancellable || undefined}
              onClick={() => stop.run()}
            >
              Stop
            </Button>
          ) : null}
          <Button size="large" icon={Copy} onClick={() => copyReport(task, name)}>
            Copy report
          </Button>
          <Button size="large" kind="primary" onClick={close}>
            {isRunning ? 'Run in background' : 'Close'}
          </Button>
        </>
      }
    >
      <ProgressBar
        value={isRunning ? doneFraction(task.steps) : 1}
        label="Progress"
        tone={task.state === 'failed' ? 'crit' : task.state === 'done' ? 'ok' : 'info'}
      />
      <div className="restore-columns restore-columns-progress">
        <div className="restore-left">
          <RestoreSteps
            steps={task.steps}
            now={task.endedAt ?? now}
            who={isProduction ? 'Production' : name}
            isProduction={isProduction}
          />
          <TaskLog log={task.log} />
        </div>
        <div className="restore-right">
          <Outcome task={task} restore={restore} />
          <UndoBox task={task} restore={restore} />
          <Counts task={task} />
        </div>
      </div>
    </Dialog>
  )
}

function heading(task: Task, name: string): string {
  if (task.kind === 'undoRestore')
    return task.state === 'running' ? `Undoing the restore of ${name}` : `Undo of the restore of ${name}`
  if (task.state === 'running') return `Restoring ${name}`
  return task.state === 'done' ? `${name} is restored` : `Restore of ${name}`
}

function timeWords(task: Task, now: number): string {
  const gone = formatDuration(Math.max(0, (task.endedAt ?? now) - task.startedAt))
  const left = task.state === 'running' ? remainingMs(task.steps, now) : null
  return left === null ? gone : `${gone}, about ${formatDuration(left)} left`
}

function Outcome({ task, restore }: { task: Task; restore: Restore | undefined }) {
  const stage = task.steps.find((step) => step.state === 'failed')
  if (task.state === 'running') return null
  if (task.state === 'done')
    return (
      <Banner
        tone="ok"
        title={
          task.kind === 'recoverRestore'
            ? 'The interrupted restore is settled.'
            : task.kind === 'undoRestore'
              ? 'The previous data is live again.'
              : 'The restored data is live, the services are healthy.'
        }
      >
        {task.kind === 'recoverRestore' ? restore?.message : null}
      </Banner>
    )
  if (task.state === 'cancelled')
    return (
      <Banner tone="neutral" status="off" title="Stopped on request.">
        Nothing live was changed.
      </Banner>
    )
  return (
    <>
      <Banner
        tone={task.state === 'interrupted' ? 'warn' : 'crit'}
        title={
          stage ? `It failed at: ${stage.title}.` : task.state === 'interrupted' ? 'Interrupted.' : 'It did not finish.'
        }
      >
        {task.fault?.message}
      </Banner>
      {task.fault && Object.keys(task.fault.details).length > 0 ? (
        <details>
          <summary>Details</summary>
          <CodeBlock text={`${task.fault.code}\n${JSON.stringify(task.fault.details, null, 2)}`} />
        </details>
      ) : null}
    </>
  )
}

/** Undo is ready once the databases were swapped and the earlier one is kept. */
function UndoBox({ task, restore }: { task: Task; restore: Restore | undefined }) {
  const cluster = useContextTo(task.cluster)
  const blocked = useBlocked('operator', cluster?.id ?? task.cluster)
  if (task.kind !== 'restore') return null
  // A task may have failed and the restore been finished afterwards, when the database came back.
  const isReady = task.state !== 'running' && restore?.offers.includes('undo') === true
  const canRecover = restore?.offers.includes('recover') === true
  const isUnknown =
    ['failed', 'interrupted'].includes(task.state) &&
    (canRecover || restore?.state === 'unknown' || restore?.state === 'running')
  return (
    <section className={isReady ? 'restore-undo is-ready' : 'restore-undo'}>
      <header>
        <b>Undo</b>
        {isReady ? (
          <StatusChip status="healthy">ready</StatusChip>
        ) : (
          <StatusChip status={isUnknown ? 'unknown' : 'waiting'}>
            {isUnknown ? 'not known yet' : task.state === 'running' ? 'after the swap' : 'not needed'}
          </StatusChip>
        )}
      </header>
      <p>
        {isReady ? (
          <>
            Swaps back to <code>{restore.previousDatabase}</code> and restarts the services. A safety backup is taken
            first.
          </>
        ) : task.state === 'running' ? (
          'The previous database is kept, so undoing is just a rename.'
        ) : isUnknown ? (
          canRecover ? (
            'Which data is live is settled when the restore is recovered: close this and choose Recover on the Backups page.'
          ) : (
            'Which data is live is not known until the database can be reached. Nothing was dropped.'
          )
        ) : restore?.state === 'undone' ? (
          'The restore was undone.'
        ) : (
          'The live database is the previous one.'
        )}
      </p>
      {isReady ? (
        <div className="restore-undo-row" data-testid="undo-restore">
          <Button
            icon={Undo2}
            reason={blocked}
            onClick={() =>
              void undoRestore({ context: cluster?.id ?? task.cluster, namespace: task.namespace }, restore)
            }
          >
            Undo restore…
          </Button>
        </div>
      ) : null}
    </section>
  )
}

/** Figures the steps report: rows compared, bytes written, pods ready. */
function Counts({ task }: { task: Task }) {
  const told = task.steps.filter((step) => step.detail && step.state !== 'waiting')
  if (told.length === 0) return null
  return <Facts rows={told.map((step) => ({ name: step.title, value: step.detail }))} />
}

function TaskLog({ log }: { log: Task['log'] }) {
  const box = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = box.current
    if (element) element.scrollTop = element.scrollHeight
  }, [log.length])
  return (
    <div ref={box} className="restore-log mono selectable" role="log" tabIndex={0} aria-label="What happened">
      {log.length === 0 ? <span className="dim">Nothing to report yet.</span> : null}
      {log.map((line, index) => (
        <div key={index} className={`restore-log-${line.level}`}>
          <time>{formatClock(line.at)}</time> {line.text}
        </div>
      ))}
    </div>
  )
}

function copyReport(task: Task, cluster: string): void {
  void navigator.clipboard.writeText(taskReport(task, cluster)).then(
    () => toast({ status: 'healthy', title: 'Report copied' }),
    (thrown: unknown) => reportError(thrown, 'The report could not be copied'),
  )
}
