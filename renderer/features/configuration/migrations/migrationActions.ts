import type { InferContractRouterOutputs } from '@orpc/contract'
import type { Scope } from '#shared/contract/base.ts'
import type { Contract } from '#shared/contract/index.ts'
import { confirm, reportError, showTask, taskEnd, toast } from '../../../app/index.ts'
import { engine } from '../../../client/index.ts'
import { plural } from '../../../kit/index.ts'
import { noteSave } from '../useFresh.ts'

export type MigrationStatus = InferContractRouterOutputs<Contract>['migrations']['status']

/** Asks with what each pending migration means, then backs up, migrates and checks. */
export async function migrate(scope: Scope, { pending }: MigrationStatus): Promise<void> {
  const breaking = pending.filter((each) => !each.previousReleaseRuns)
  const lasting = pending.filter((each) => !each.isReversible)
  const confirmation = await confirm({
    level: 3,
    title: `Run ${plural(pending.length, 'migration')}?`,
    ...(lasting.length > 0
      ? { warning: `${names(lasting)} cannot be taken back other than by restoring the backup that is taken first.` }
      : {}),
    message:
      'The database is backed up, a new Job migrates it, and every table, index and constraint is checked after.',
    changes: [
      { title: 'Runs', detail: names(pending) },
      {
        title: 'Services',
        detail:
          breaking.length > 0
            ? `the release that runs now does not work on ${names(breaking)}: deploy the new one right after`
            : 'keep running: the release that runs now works on the new schema',
      },
      { title: 'Noticed', detail: 'statements that need a table being altered wait until that is done' },
      { title: 'Undo', detail: lasting.length > 0 ? 'by restoring the backup' : 'one by one, newest first' },
    ],
    confirmLabel: 'Migrate the database',
    cluster: scope.context,
    asksReason: true,
  })
  if (!confirmation) return
  try {
    const { taskId } = await engine().migrations.run({ ...scope, confirmation })
    void follow(scope, taskId, 'The database is migrated and checked', 'The database was not migrated')
  } catch (thrown) {
    reportError(thrown, 'The migration did not start', scope.context)
  }
}

/** Asks with what taking it back means, then does it after a backup. */
export async function undoMigration(scope: Scope, { applied, undo }: MigrationStatus): Promise<void> {
  const newest = applied.at(-1)?.name ?? ''
  const confirmation = await confirm({
    level: 3,
    title: `Undo ${newest}?`,
    message: undo,
    changes: [
      { title: 'First', detail: 'a backup of the database as it is now' },
      { title: 'Then', detail: `the migration’s own way down, and the checks of tables, indexes and constraints` },
      { title: 'Lost', detail: 'what was written into what the migration brought; the backup has it' },
      {
        title: 'Services',
        detail: 'a release that needs this migration stops working: go back to the one before first',
      },
    ],
    confirmLabel: 'Undo the migration',
    isDanger: true,
    cluster: scope.context,
    asksReason: true,
  })
  if (!confirmation) return
  try {
    const { taskId } = await engine().migrations.undo({ ...scope, confirmation })
    void follow(scope, taskId, `${newest} is taken back`, `${newest} was not taken back`)
  } catch (thrown) {
    reportError(thrown, 'The undo did not start', scope.context)
  }
}

function names(migrations: readonly { name: string }[]): string {
  return migrations.map((each) => each.name).join(', ')
}

async function follow(scope: Scope, taskId: string, done: string, failed: string): Promise<void> {
  const task = await taskEnd(taskId)
  noteSave()
  const action = { title: 'Open task', perform: () => showTask(taskId) }
  if (task.state === 'done') toast({ status: 'healthy', context: scope.context, title: done, action })
  else toast({ status: 'failed', context: scope.context, title: failed, detail: task.fault?.message ?? '', action })
}
