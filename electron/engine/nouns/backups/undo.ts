import { ConsoleError, faultOf } from '#shared/errors.ts'
import type { TaskControl, TaskDescription } from '../tasks/tasks.ts'
import type { JournalView } from './journal.ts'
import { carryProperties } from './newDatabase.ts'
import { namesOf, pastStopping, withSwapSession, type RestoreJob } from './restore.ts'
import { whatIsLive } from './restoreState.ts'
import { withDatabaseLock, withMaintenance } from './sessions.ts'
import { databaseNames, dropDatabase, swapDatabases, type ExpectedDatabase } from './swap.ts'

export const undoSteps: TaskDescription['steps'] = [
  { id: 'check', title: 'Find the previous database', group: 'safe' },
  { id: 'safety', title: 'Safety backup of what is there now', group: 'safe' },
  { id: 'swap', title: 'Block connections and swap back', group: 'change' },
  { id: 'restart', title: 'Restart the services', group: 'change' },
  { id: 'health', title: 'Health check', group: 'change' },
]

/** Undo is a rename away. What was written since the restore is in the safety backup. */
export async function undoRestore(job: RestoreJob, control: TaskControl): Promise<void> {
  const { server, journal, services, hold } = job
  const { live, before, undone } = namesOf(job)
  const databases = await control.step('check', async (step) => {
    const found = await requireUndoable(job, journal.read())
    step.detail(`${before} is there.`)
    return found
  })
  await control.step('safety', (step) => job.takeSafetyBackup(step, control.signal))
  control.uncancellable(pastStopping)
  control.signal.throwIfAborted()
  await control.step('swap', async () => {
    await hold.check()
    await journal.around('undoSwap', () =>
      withSwapSession(job, async (session) => {
        await carryProperties(session, live, before)
        await swapDatabases(session, databases.restored, databases.previous, undone)
      }),
    )
  })
  try {
    await control.step('restart', async (step) => {
      await hold.check()
      await services.restart(step)
    })
    await control.step('health', (step) => services.untilHealthy(step))
    await hold.check()
  } catch (thrown) {
    journal.conclude(
      'undone',
      `The previous data is live again, but undoing did not finish. The restored data is kept as ${undone}.`,
      faultOf(thrown),
    )
    throw thrown
  }
  await withDatabaseLock(server, (session) => dropDatabase(session, { ...databases.restored, name: undone }))
  journal.conclude('undone', 'The data from before the restore is live again.')
}

/**
 * Ends the time for undo: what this restore keeps beside the live database is dropped, by number and under this restore's own names. What
 * a later restore uses stays, and so does whatever is live.
 * @throws ConsoleError STATE_UNKNOWN while the previous database is the live one, BUSY
 */
export async function keepRestore(job: Pick<RestoreJob, 'server' | 'journal' | 'restoreId' | 'hold'>): Promise<void> {
  const { server, journal, hold } = job
  const { live, fresh, before, undone } = namesOf(job)
  const view = requireJournal(journal)
  const { oldOid, newOid } = view
  const names = await withMaintenance(server, databaseNames)
  const isUndone = view.outcome?.state === 'undone'
  const found = whatIsLive(view, live, names)
  const isSettled = found === 'new' || found === (isUndone ? 'old' : 'other')
  if (!isSettled || !names.some(({ name }) => name === live)) {
    throw new ConsoleError(
      'STATE_UNKNOWN',
      `${live} is not the restored data, so there is nothing to keep. No database was dropped. Recover this restore first.`,
      { found: names },
    )
  }
  await hold.check()
  const dropped = await journal.around('drop', () =>
    withDatabaseLock(server, async (session) => {
      const kept = [
        { oid: oldOid, name: before },
        ...(newOid === undefined ? [] : [fresh, undone].map((name) => ({ oid: newOid, name }))),
      ]
      const results: string[] = []
      for (const database of kept)
        if ((await dropDatabase(session, database)) === 'dropped') results.push(database.name)
      return results
    }),
  )
  const what = dropped.length === 0 ? 'Nothing of this restore was left to drop.' : `Dropped: ${dropped.join(', ')}.`
  if (isUndone) journal.conclude('undone', `The data from before the restore is live again. ${what}`)
  else journal.conclude('kept', `The restored data is kept. ${what}`)
}

function requireJournal(journal: RestoreJob['journal']): JournalView {
  const view = journal.read()
  if (view) return view
  throw new ConsoleError('NOT_FOUND', 'The journal of this restore cannot be read.')
}

/** The live database must be the restored one, and the kept one the previous one: by their numbers, not their names. */
async function requireUndoable(
  job: Pick<RestoreJob, 'server' | 'restoreId'>,
  view: JournalView | undefined,
): Promise<{ restored: ExpectedDatabase; previous: ExpectedDatabase }> {
  const { live, before } = namesOf(job)
  const names = await withMaintenance(job.server, databaseNames)
  const numberOf = (name: string) => names.find((database) => database.name === name)?.oid
  if (view?.newOid !== undefined && numberOf(live) === view.newOid && numberOf(before) === view.oldOid)
    return { restored: { oid: view.newOid, name: live }, previous: { oid: view.oldOid, name: before } }
  const details = { expected: { live: view?.newOid, before: view?.oldOid }, found: names }
  if (numberOf(before) === undefined) {
    const gone = `The previous database ${before} is no longer on the server, so this restore cannot be undone. ${live} is unchanged.`
    throw new ConsoleError('NOT_FOUND', gone, details)
  }
  throw new ConsoleError(
    'STATE_UNKNOWN',
    `${live} is not the data of this restore any more: another restore came after it. ${live} is unchanged, and ${before} stays. Undo the later restore first.`,
    details,
  )
}
