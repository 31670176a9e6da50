import { Archive, FlaskConical, RotateCcw } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { Backup, Restore } from '#shared/contract/backups.ts'
import type { Task } from '#shared/contract/tasks.ts'
import {
  PageHeader,
  setParameters,
  useActions,
  useBlocked,
  isSameCluster,
  useCurrentCluster,
  useParameters,
  useScope,
  tasksOf,
  useTasks,
  type Action,
} from '../../app/index.ts'
import { useStream } from '../../client/index.ts'
import {
  Banner,
  Button,
  EmptyState,
  ErrorState,
  formatMinute,
  LoadingState,
  RelativeTime,
  StaleChip,
  useNow,
  wallTime,
} from '../../kit/index.ts'
import { openRestore, startBackup, useBackupDialogs, verifyBackup, watchTask } from './backupActions.ts'
import { BackupDetail } from './BackupDetail.tsx'
import { BackupList } from './BackupList.tsx'
import { newestUsable, newestVerified } from './calendar.ts'
import { CalendarPanel } from './CalendarPanel.tsx'
import { DatabasesPanel } from './DatabasesPanel.tsx'
import { NoBackups } from './NoBackups.tsx'
import { RestoreNotice } from './restore/RestoreNotice.tsx'
import { RunningBackup } from './RunningBackup.tsx'
import { StoragePanel } from './StoragePanel.tsx'
import './backups.css'

const kinds: readonly Task['kind'][] = ['backup', 'verify', 'restore', 'undoRestore', 'recoverRestore']

export function BackupsPage() {
  const scope = useScope()
  return (
    <div className="backups-page" data-testid="page-backups">
      {scope ? (
        <Backups key={`${scope.context} ${scope.namespace}`} scope={scope} />
      ) : (
        <EmptyState title="No cluster is chosen" />
      )}
    </div>
  )
}

function Backups({ scope }: { scope: Scope }) {
  const cluster = useCurrentCluster()
  const { value, error, staleSince, retry } = useStream(
    (client, signal) => client.backups.watch(scope, { signal }),
    [scope.context, scope.namespace, cluster?.cluster],
  )
  const tasks = useTasks((state) => state.tasks)
  // The dialog of a restore offers the same Undo: one of them is enough.
  // A task that went with its engine has no dialog any more.
  const watching = useBackupDialogs((dialogs) => dialogs.watching)
  const isWatched = watching !== null && tasks.has(watching)
  const running = useMemo(() => runningTask(tasks.values(), scope), [tasks, scope])
  const failed = useMemo(() => failedLast(tasks.values(), scope), [tasks, scope])
  const now = useNow(60_000)
  const asked = useParameters('backups').backup
  const [day, setDay] = useState<number | null>(null)
  const [until, setUntil] = useState<number | null>(null)
  const backups = useMemo(() => value?.backups ?? [], [value])
  const selected = backups.find((backup) => backup.id === asked) ?? newestUsable(backups) ?? backups[0]
  const busy = running ? `${running.title} is running. One at a time.` : undefined
  const blocked = useBlocked('operator') ?? busy
  const open = value?.restores.filter(({ offers }) => offers.length > 0) ?? []
  const select = (backup: Backup) => {
    setParameters('backups', { backup: backup.id })
    setDay(wallTime(backup.takenAt))
  }
  useBackupActions(scope, selected, blocked)

  const header = (
    <PageHeader
      title="Backups"
      facts={value ? <HeaderFacts backups={backups} staleSince={staleSince} /> : undefined}
      actions={
        <>
          <Button
            icon={FlaskConical}
            reason={blocked ?? (selected ? undefined : 'There is no backup to verify yet.')}
            onClick={() => selected && void verifyBackup(scope, selected)}
          >
            Verify…
          </Button>
          <span data-testid="backup-now">
            <Button
              kind="primary"
              icon={Archive}
              busy={running?.kind === 'backup'}
              reason={running?.kind === 'backup' ? undefined : blocked}
              onClick={() => startBackup(scope)}
            >
              Back up now
            </Button>
          </span>
        </>
      }
    />
  )
  if (!value) {
    return (
      <>
        {header}
        {error ? <ErrorState fault={error} onRetry={retry} /> : <LoadingState rows={8} label="Loading backups" />}
      </>
    )
  }
  const showsProgress = running && (running.kind === 'backup' || running.kind === 'verify')
  return (
    <>
      {header}
      <div className="backups-body">
        {isWatched
          ? null
          : open.map((each) => <RestoreNotice key={each.id} scope={scope} restore={each} busy={busy} />)}
        {showsProgress ? <RunningBackup task={running} /> : null}
        {failed && !running ? (
          <Banner tone="crit" title={`${failed.title}: failed at ${formatMinute(failed.endedAt ?? failed.startedAt)}.`}>
            {failed.fault?.message}
          </Banner>
        ) : null}
        {running && !showsProgress ? (
          <Banner
            tone="info"
            status="progress"
            title={`${running.title} is running.`}
            aside={
              <Button size="small" onClick={() => watchTask(running.id)}>
                Show progress
              </Button>
            }
          >
            {running.uncancellable || 'Nothing live has changed yet.'}
          </Banner>
        ) : null}
        {!selected ? (
          <>
            <NoBackups
              clusterName={cluster?.name ?? scope.context}
              location={value.location}
              reason={blocked}
              onStart={() => void startBackup(scope)}
              isRunning={running !== undefined}
            />
            <DatabasesPanel scope={scope} busy={busy} version={restoresVersion(value.restores, running)} />
          </>
        ) : (
          <div className="backups-grid">
            <div className="backups-left">
              <CalendarPanel
                backups={backups}
                now={wallTime(now)}
                day={day ?? wallTime(selected.takenAt)}
                until={until ?? wallTime(now)}
                onUntil={setUntil}
                onDay={setDay}
                selected={selected.id}
                onSelect={select}
              />
              <div className="backups-lower">
                <BackupList
                  backups={backups}
                  selected={selected.id}
                  isStale={staleSince !== undefined}
                  onSelect={(id) => {
                    const backup = backups.find((each) => each.id === id)
                    if (backup) select(backup)
                  }}
                />
                <StoragePanel location={value.location} backups={backups} />
              </div>
              <DatabasesPanel scope={scope} busy={busy} version={restoresVersion(value.restores, running)} />
            </div>
            <BackupDetail
              scope={scope}
              backup={selected}
              busy={busy}
              isLastGood={
                selected.state !== 'damaged' && backups.filter((backup) => backup.state !== 'damaged').length === 1
              }
            />
          </div>
        )}
      </div>
    </>
  )
}

function HeaderFacts({ backups, staleSince }: { backups: readonly Backup[]; staleSince: number | undefined }) {
  const verified = newestVerified(backups)
  const newest = newestUsable(backups)
  return (
    <>
      {verified ? (
        <span>
          Last verified <b>{formatMinute(verified.takenAt)}</b>, <RelativeTime time={verified.takenAt} />
        </span>
      ) : newest ? (
        <span>
          Newest <b>{formatMinute(newest.takenAt)}</b>, <RelativeTime time={newest.takenAt} />, none verified yet
        </span>
      ) : null}
      {verified && newest && newest.id !== verified.id ? (
        <span>
          A restore of the newest goes back <RelativeTime time={newest.takenAt} suffix="" />
        </span>
      ) : null}
      {staleSince === undefined ? null : <StaleChip since={staleSince} />}
    </>
  )
}

/** Changes whenever a database may have been made, renamed or dropped. */
function restoresVersion(restores: readonly Restore[], running: Task | undefined): string {
  return [...restores.map(({ id, state }) => `${id} ${state}`), running?.id ?? ''].join()
}

function runningTask(tasks: Iterable<Task>, scope: Scope): Task | undefined {
  return tasksOf(tasks, scope).find(({ state, kind }) => state === 'running' && kinds.includes(kind))
}

/** The newest backup or trial restore, if it failed. Restores have a notice of their own. */
function failedLast(tasks: Iterable<Task>, scope: Scope): Task | undefined {
  const newest = [...tasks]
    .filter(({ kind, cluster, namespace }) => {
      return (
        (kind === 'backup' || kind === 'verify') &&
        isSameCluster(cluster, scope.context) &&
        namespace === scope.namespace
      )
    })
    .sort((a, b) => b.startedAt - a.startedAt)[0]
  return newest?.state === 'failed' ? newest : undefined
}

function useBackupActions(scope: Scope, selected: Backup | undefined, blocked: string | undefined): void {
  const actions = useMemo<Action[]>(
    () => [
      {
        id: 'backups.start',
        title: 'Back up now',
        section: 'Backups',
        effect: 'write',
        icon: Archive,
        reason: blocked,
        perform: () => startBackup(scope),
      },
      ...(selected
        ? [
            {
              id: 'backups.restore',
              title: `Restore the backup of ${formatMinute(selected.takenAt)}…`,
              section: 'Backups',
              effect: 'destructive' as const,
              icon: RotateCcw,
              keys: 'Ctrl+Shift+R',
              reason: blocked ?? (selected.state === 'damaged' ? 'It is damaged.' : undefined),
              perform: () => openRestore(scope, selected),
            },
            {
              id: 'backups.verify',
              title: `Verify the backup of ${formatMinute(selected.takenAt)}…`,
              section: 'Backups',
              effect: 'write' as const,
              icon: FlaskConical,
              reason: blocked,
              perform: () => verifyBackup(scope, selected),
            },
          ]
        : []),
    ],
    [scope, selected, blocked],
  )
  useActions('backups', actions)
}
