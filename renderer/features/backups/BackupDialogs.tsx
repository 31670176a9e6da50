import type { Task } from '#shared/contract/tasks.ts'
import { useContextTo, useTask } from '../../app/index.ts'
import { useStream } from '../../client/index.ts'
import { useBackupDialogs } from './backupActions.ts'
import { RestoreDialog } from './restore/RestoreDialog.tsx'
import { RestoreProgress } from './restore/RestoreProgress.tsx'
import './backups.css'

/** The dialogs of restores, above whatever page is open. */
export function BackupDialogs() {
  const { restoring, watching } = useBackupDialogs()
  const task = useTask(watching ?? undefined)
  if (restoring) return <RestoreDialog key={restoring.backup.id} scope={restoring.scope} backup={restoring.backup} />
  return task ? <Watched task={task} /> : null
}

function Watched({ task }: { task: Task }) {
  const { namespace } = task
  const context = useContextTo(task.cluster)?.id ?? task.cluster
  const { value } = useStream(
    (client, signal) => client.backups.watch({ context, namespace }, { signal }),
    [context, namespace],
  )
  const id = task.result['restoreId']
  const restores = value?.restores ?? []
  const restore = restores.find((each) => each.id === id) ?? newestSince(restores, task.startedAt)
  return <RestoreProgress task={task} restore={restore} />
}

function newestSince<Item extends { at: number }>(items: readonly Item[], since: number): Item | undefined {
  return items.filter((item) => item.at >= since).sort((a, b) => b.at - a.at)[0]
}
