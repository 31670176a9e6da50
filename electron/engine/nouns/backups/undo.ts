import { ConsoleError, faultOf } from '#shared/errors.ts'
import type { TaskControl, TaskDescription } from '../tasks/tasks.ts'
import type { JournalView } from './journal.ts'
import { carryProperties } from './newDatabase.ts'
import { namesOf, pastStopping, withSwapSession, type RestoreJob } from './restore.ts'
import { withMaintenance } from './sessions.ts'
import { databaseNames, dropDatabase, swapDatabases } from './swap.ts'

export const undoSteps: TaskDescription['steps'] = [
  { id: 'check', title: 'Find the database of before', group: 'safe' },
  { id: 'safety', title: 'Safety backup of what is there now', group: 'safe' },
  { id: 'swap', title: 'Block connections and swap back', group: 'change' },
  { id: 'restart', title: 'Restart the services', group: 'change' },
  { id: 'health', title: 'Health check', group: 'change' },
]

/** Undo is a rename away. What was written since the restore is in the safety backup. */
export async function undoRestore(job: RestoreJob, control: TaskControl): Promise<void> {
  const { server, journal, services } = job
  const { live, before, undone } = namesOf(job)
  const view = journal.read()
  await control.step('check', async (step) => {
    await requireKept(job, view)
    step.detail(`${before} is there.`)
  })
  await control.step('safety', (step) => job.takeSafetyBackup(step, control.signal))
  control.uncancellable(pastStopping)
  control.signal.throwIfAborted()
  await control.step('swap', () =>
    journal.around('undoSwap', () =>
      withSwapSession(job, async (session) => {
        await carryProperties(session, live, before)
        await swapDatabases(session, live, before, undone)
      }),
    ),
  )
  try {
    await control.step('restart', (step) => services.restart(step))
    await control.step('health', (step) => services.untilHealthy(step))
  } catch (thrown) {
    journal.conclude(
      'undone',
      `The data of before is live, but the services are not healthy. The restored data is kept as ${undone}.`,
      faultOf(thrown),
    )
    throw thrown
  }
  await withMaintenance(server, (session) => dropDatabase(session, undone))
  journal.conclude('undone', 'The data of before the restore is live again.')
}

/** Ends the time for undo. @throws ConsoleError NOT_FOUND, STATE_UNKNOWN */
export async function keepRestore(job: Pick<RestoreJob, 'server' | 'journal' | 'restoreId'>): Promise<void> {
  const { server, journal } = job
  await requireKept(job, journal.read())
  await journal.around('drop', () => withMaintenance(server, (session) => dropDatabase(session, namesOf(job).before)))
  journal.conclude('kept', 'The restored data is kept; the database of before was dropped.')
}

/** The live database must be the restored one, and the kept one the database of before: by their numbers, not their names. */
async function requireKept(
  job: Pick<RestoreJob, 'server' | 'restoreId'>,
  view: JournalView | undefined,
): Promise<void> {
  const { live, before } = namesOf(job)
  const names = await withMaintenance(job.server, databaseNames)
  const numberOf = (name: string) => names.find((database) => database.name === name)?.oid
  if (view && numberOf(live) === view.newOid && numberOf(before) === view.oldOid) return
  throw new ConsoleError(
    numberOf(before) === undefined ? 'NOT_FOUND' : 'STATE_UNKNOWN',
    `The database of before this restore is not where it was left, so nothing was changed. Take a look at the databases ${live} and ${before}.`,
    { expected: { live: view?.newOid, before: view?.oldOid }, found: names },
  )
}
