import { create } from 'zustand'
import type { Scope } from '#shared/contract/base.ts'
import type { Backup, KeptDatabase, Restore } from '#shared/contract/backups.ts'
import { confirm, reportError, toast } from '../../app/index.ts'
import { engine } from '../../client/index.ts'
import { formatBytes, formatMinute, formatMoment, plural } from '../../kit/index.ts'

/** Which dialogs of this noun are open. They belong to the window, not to the page: a restore is watched from anywhere. */
export const useBackupDialogs = create<{ restoring: { scope: Scope; backup: Backup } | null; watching: string | null }>(
  () => ({
    restoring: null,
    watching: null,
  }),
)

/** What a restore takes its data from: the backup says of which suite it is. */
export const sourceOf = ({ cluster, namespace, id }: Backup) => ({ suite: { cluster, namespace }, backupId: id })

export function openRestore(scope: Scope, backup: Backup): void {
  useBackupDialogs.setState({ restoring: { scope, backup } })
}

export function watchTask(taskId: string | null): void {
  useBackupDialogs.setState({ watching: taskId, restoring: null })
}

export async function startBackup(scope: Scope, reason = ''): Promise<void> {
  try {
    await engine().backups.start({ ...scope, reason })
  } catch (thrown) {
    reportError(thrown, 'The backup did not start', scope.context)
  }
}

export async function verifyBackup(scope: Scope, backup: Backup): Promise<void> {
  const confirmation = await confirm({
    level: 2,
    title: `Verify the backup of ${formatMinute(backup.takenAt)}?`,
    message: `It is restored into a scratch database beside the live one, compared with what was noted when it was taken, and the scratch database is removed. The suite continues undisturbed; the database server needs about ${formatBytes(backup.database.bytes)} more for that time.`,
    confirmLabel: 'Verify',
    cluster: scope.context,
  })
  if (!confirmation) return
  try {
    await engine().backups.verify({ ...scope, backupId: backup.id })
  } catch (thrown) {
    reportError(thrown, 'The verification did not start', scope.context)
  }
}

export async function deleteBackup(scope: Scope, backup: Backup): Promise<void> {
  const confirmation = await confirm({
    level: 3,
    title: `Delete the backup of ${formatMoment(backup.takenAt)}?`,
    warning: 'This cannot be undone.',
    message: `${formatBytes(backup.bytes)} of files are removed from ${backup.directory}. The live database is not touched.`,
    confirmLabel: 'Delete the backup',
    cancelLabel: 'Keep it',
    isDanger: true,
    cluster: scope.context,
    asksReason: true,
  })
  if (!confirmation) return
  try {
    await engine().backups.delete({ ...scope, backupId: backup.id, confirmation })
    toast({ status: 'healthy', context: scope.context, title: `Backup of ${formatMoment(backup.takenAt)} deleted` })
  } catch (thrown) {
    reportError(thrown, 'The backup was not deleted', scope.context)
  }
}

/** @returns whether it was removed */
export async function removeDatabase(scope: Scope, database: KeptDatabase): Promise<boolean> {
  const { name, oid, bytes, proof } = database
  const owner =
    proof === 'journal'
      ? 'This console made it, and none of its restores needs it any more.'
      : 'Another console made it. A restore of that console that is not kept yet can no longer be undone afterwards.'
  const confirmation = await confirm({
    level: 3,
    title: 'Remove this database?',
    warning: 'This cannot be undone.',
    message: owner,
    changes: [
      { title: 'Dropped', detail: `database ${name}, number ${oid}` },
      { title: 'Freed', detail: bytes === null ? 'its size is not known' : formatBytes(bytes) },
      { title: 'Not touched', detail: 'the live database, its services, and all backups' },
    ],
    confirmLabel: 'Remove the database',
    cancelLabel: 'Keep it',
    isDanger: true,
    cluster: scope.context,
    asksReason: true,
  })
  if (!confirmation) return false
  try {
    await engine().backups.removeDatabase({ ...scope, oid, name, confirmation })
    toast({ status: 'healthy', context: scope.context, title: 'Database removed', detail: name })
    return true
  } catch (thrown) {
    reportError(thrown, 'The database was not removed', scope.context)
    return false
  }
}

export async function undoRestore(scope: Scope, restore: Pick<Restore, 'id' | 'previousDatabase'>): Promise<void> {
  const confirmation = await confirm({
    level: 3,
    title: 'Undo the restore?',
    message: 'The previous database becomes live again and the services restart.',
    changes: [
      { title: 'Comes back', detail: restore.previousDatabase },
      { title: 'Goes', detail: 'the restored data; what was written since is kept in a safety backup taken first' },
      { title: 'Noticed', detail: 'writes fail for some seconds, then services restart one after another' },
    ],
    confirmLabel: 'Undo the restore',
    cluster: scope.context,
    asksReason: true,
  })
  if (!confirmation) return
  try {
    const { taskId } = await engine().backups.undoRestore({ ...scope, restoreId: restore.id, confirmation })
    watchTask(taskId)
  } catch (thrown) {
    reportError(thrown, 'The restore was not undone', scope.context)
  }
}

export async function recoverRestore(scope: Scope, restore: Restore): Promise<void> {
  const confirmation = await confirm({
    level: 2,
    title: 'Recover the interrupted restore?',
    message: restore.message,
    changes: (restore.recovery ?? ['The databases are read first; the task then says what it does.']).map(
      (detail, index) => ({
        title: `Step ${index + 1}`,
        detail,
      }),
    ),
    confirmLabel: 'Recover the restore',
    cluster: scope.context,
  })
  if (!confirmation) return
  try {
    const { taskId } = await engine().backups.recover({ ...scope, restoreId: restore.id })
    watchTask(taskId)
  } catch (thrown) {
    reportError(thrown, 'The restore was not recovered')
  }
}

export async function keepRestore(scope: Scope, restore: Restore): Promise<void> {
  const confirmation = await confirm({
    level: 3,
    title: 'Keep the restored data?',
    warning: 'After this the restore cannot be undone.',
    message: `The database ${restore.previousDatabase}, kept from before this restore, is dropped and its space is freed. The safety backup stays in the list.`,
    confirmLabel: 'Keep and drop the old one',
    isDanger: true,
    cluster: scope.context,
    asksReason: true,
  })
  if (!confirmation) return
  try {
    await engine().backups.keepRestore({ ...scope, restoreId: restore.id, confirmation })
    toast({
      status: 'healthy',
      context: scope.context,
      title: 'The restored data is kept',
      detail: `${restore.previousDatabase} was dropped.`,
    })
  } catch (thrown) {
    reportError(thrown, 'The old database was not dropped', scope.context)
  }
}

/** "14:12, before 2.4.0": how a backup is called. */
export function backupTitle(backup: Backup): string {
  return [formatMinute(backup.takenAt), backup.reason].filter((part) => part !== '').join(', ')
}

export function tablesWords(backup: Backup): string {
  const rows = backup.database.tables.reduce((sum, table) => sum + table.rows, 0)
  return `${plural(backup.database.tables.length, 'table')}, ${plural(rows, 'row')}`
}
