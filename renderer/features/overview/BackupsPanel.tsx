import { Archive } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import { navigate, reportError, toast, useBlocked, useCluster } from '../../app/index.ts'
import { useCommand, useStream } from '../../client/index.ts'
import { Button, ErrorState, formatBytes, LoadingState, Panel, plural, RelativeTime, Status } from '../../kit/index.ts'

/** The newest backup, where backups lie, and the way to take one. */
export function BackupsPanel({ scope }: { scope: Scope }) {
  const cluster = useCluster(scope.context)?.cluster
  const watched = useStream(
    (client, signal) => client.backups.watch(scope, { signal }),
    [scope.context, scope.namespace, cluster],
  )
  const blocked = useBlocked('operator')
  const start = useCommand(
    (client) => client.backups.start({ ...scope, reason: 'from the overview' }),
    (fault) => reportError(fault, 'No backup was started.', scope.context),
  )
  const { value } = watched
  const newest = value?.backups.reduce<(typeof value.backups)[number] | undefined>(
    (latest, backup) => (latest && latest.takenAt > backup.takenAt ? latest : backup),
    undefined,
  )
  const onStart = async () => {
    if (await start.run())
      toast({
        status: 'progress',
        context: scope.context,
        title: 'Backup started',
        action: { title: 'Open backups', perform: () => navigate({ page: 'backups' }) },
      })
  }
  return (
    <Panel
      title="Backups"
      aside={
        <button type="button" className="overview-link" onClick={() => navigate({ page: 'backups' })}>
          All backups
        </button>
      }
    >
      {watched.error && !value ? (
        <ErrorState fault={watched.error} onRetry={watched.retry} />
      ) : !value ? (
        <LoadingState rows={2} />
      ) : (
        <dl className="overview-facts">
          <dt>Last</dt>
          <dd>
            {newest ? (
              <>
                <Status status={backupStatus[newest.state]} emphasis={false}>
                  {newest.state}
                </Status>
                <span className="overview-side dim">
                  <RelativeTime time={newest.takenAt} />
                </span>
              </>
            ) : (
              <Status status="warning">none yet</Status>
            )}
          </dd>
          {newest && newest.reason !== '' ? (
            <>
              <dt>Taken</dt>
              <dd className="truncate">{newest.reason}</dd>
            </>
          ) : null}
          <dt>Kept</dt>
          <dd>
            {plural(value.backups.length, 'backup')}
            <span className="dim">{formatBytes(value.backups.reduce((sum, backup) => sum + backup.bytes, 0))}</span>
            <span className="overview-side dim">{formatBytes(value.location.freeBytes)} free</span>
          </dd>
          <dt />
          <dd>
            <Button size="small" icon={Archive} busy={start.isBusy} reason={blocked} onClick={() => onStart()}>
              Back up now
            </Button>
          </dd>
        </dl>
      )}
    </Panel>
  )
}

const backupStatus = { verified: 'healthy', intact: 'waiting', damaged: 'failed' } as const
