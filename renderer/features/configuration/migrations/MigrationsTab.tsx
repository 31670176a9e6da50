import { DatabaseZap, Undo2 } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { showTask, tasksOf, useBlocked, useTasks } from '../../../app/index.ts'
import {
  Banner,
  Button,
  EmptyState,
  ErrorState,
  formatMoment,
  LoadingState,
  Panel,
  plural,
  StaleChip,
  Status,
  StatusGlyph,
  StepList,
} from '../../../kit/index.ts'
import { migrate, undoMigration, type MigrationStatus } from './migrationActions.ts'
import { useFresh } from '../useFresh.ts'

/** What the database has had, what this console's bundle would bring, and the way back of the newest. */
export function MigrationsTab({ scope }: { scope: Scope }) {
  const { value, error, staleSince, reload } = useFresh(
    (client, signal) => client.migrations.status(scope, { signal }),
    [scope.context, scope.namespace],
  )
  const task = useNewestTask(scope)
  if (error && !value) return <ErrorState fault={error} onRetry={reload} />
  if (!value) return <LoadingState rows={6} label="Reading the migrations" />
  const isRunning = task?.state === 'running'
  return (
    <div className="migrations">
      {task ? <TaskPanel task={task} /> : null}
      <div className="migrations-columns">
        <Pending scope={scope} status={value} isRunning={isRunning} />
        <Applied scope={scope} status={value} isRunning={isRunning} staleSince={staleSince} />
      </div>
    </div>
  )
}

/** The migration of this namespace that runs, or the last one of this session. */
function useNewestTask(scope: Scope): Task | undefined {
  return useTasks((state) =>
    tasksOf(state.tasks.values(), scope).findLast(({ kind }) => kind === 'migrate' || kind === 'undoMigration'),
  )
}

function TaskPanel({ task }: { task: Task }) {
  return (
    <Panel
      title={task.title}
      aside={
        <Button size="small" onClick={() => showTask(task.id)}>
          Open task
        </Button>
      }
    >
      {task.fault && task.state !== 'cancelled' ? (
        <div className="migrations-fault">
          <Banner tone="crit" title={task.fault.message} />
        </div>
      ) : null}
      <StepList label={`Steps of ${task.title}`} steps={task.steps} />
    </Panel>
  )
}

interface PartProps {
  scope: Scope
  status: MigrationStatus
  isRunning: boolean
}

const waits = 'Another migration runs. Wait until it has ended.'

function Pending({ scope, status, isRunning }: PartProps) {
  const blocked = useBlocked('operator')
  const { pending } = status
  const reason =
    blocked ?? (isRunning ? waits : undefined) ?? (pending.length === 0 ? 'The schema is up to date.' : undefined)
  return (
    <Panel
      title="Pending"
      aside={
        <>
          {pending.length === 0 ? <Status status="healthy">up to date</Status> : plural(pending.length, 'migration')}
          <Button kind="primary" icon={DatabaseZap} reason={reason} onClick={() => migrate(scope, status)}>
            Migrate…
          </Button>
        </>
      }
      isFlush
      isScrolling
    >
      {pending.length === 0 ? (
        <EmptyState title="Nothing to migrate">The database has every migration of this console’s bundle.</EmptyState>
      ) : (
        <ol className="migrations-list">
          {pending.map((each) => (
            <li key={each.name}>
              <StatusGlyph status="waiting" size={14} />
              <div>
                <span className="mono selectable">{each.name}</span>
                <Status status={each.previousReleaseRuns ? 'healthy' : 'warning'}>
                  {each.previousReleaseRuns
                    ? 'The previous release runs on it'
                    : 'The previous release does not run on it'}
                </Status>
                <Status status={each.isReversible ? 'healthy' : 'warning'}>
                  {each.isReversible ? 'Can be taken back' : 'Cannot be taken back other than by a restore'}
                </Status>
              </div>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}

function Applied({ scope, status, isRunning, staleSince }: PartProps & { staleSince: number | undefined }) {
  const blocked = useBlocked('operator')
  const applied = [...status.applied].reverse()
  const reason = blocked ?? (isRunning ? waits : undefined) ?? (status.canUndo ? undefined : status.undo)
  return (
    <Panel
      title="Applied"
      aside={
        <>
          {staleSince === undefined ? null : <StaleChip since={staleSince} />}
          {plural(applied.length, 'migration')}
          <Button icon={Undo2} reason={reason} onClick={() => undoMigration(scope, status)}>
            Undo the newest…
          </Button>
        </>
      }
      isFlush
      isScrolling
      isStale={staleSince !== undefined}
    >
      {applied.length === 0 ? (
        <EmptyState title="No migration has been applied">The database is empty or cannot be read yet.</EmptyState>
      ) : (
        <ol className="migrations-list" reversed>
          {applied.map((each, index) => (
            <li key={each.name}>
              <StatusGlyph status="healthy" size={14} />
              <div>
                <span className="mono selectable">{each.name}</span>
                {index === 0 ? <span className="quiet-text selectable">{status.undo}</span> : null}
              </div>
              <time className="dim" dateTime={new Date(each.at).toISOString()}>
                {formatMoment(each.at)}
              </time>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  )
}
