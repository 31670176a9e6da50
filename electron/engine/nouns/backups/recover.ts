import type { Fault } from '#shared/contract/base.ts'
import { faultOf } from '#shared/errors.ts'
import type { SuiteHold } from '../../objects/suiteLeases.ts'
import type { DatabaseServer } from '../../ports/databaseServer.ts'
import type { StepControl, TaskControl, TaskDescription } from '../tasks/tasks.ts'
import type { JournalView, RestoreJournal } from './journal.ts'
import { applicationName } from './names.ts'
import { namesOf, type SuiteServices } from './restore.ts'
import { assess, copiesOf, whatIsLive, type Assessment } from './restoreState.ts'
import { endSessions, withDatabaseLock, withMaintenance } from './sessions.ts'
import { allowConnections, databaseNames, dropDatabase, renameDatabase } from './swap.ts'

export interface RecoverJob {
  server: DatabaseServer
  services: SuiteServices
  journal: RestoreJournal
  hold: Pick<SuiteHold, 'check'>
}

type Control = Pick<TaskControl, 'step' | 'skip'>

export const recoverSteps: TaskDescription['steps'] = [
  { id: 'look', title: 'Find the databases', group: 'safe' },
  { id: 'settle', title: 'Open the live database, remove the unfinished copy', group: 'change' },
  { id: 'restart', title: 'Restart the services', group: 'change' },
  { id: 'health', title: 'Health check', group: 'change' },
]

/** Is there anything to recover? Ended restores have an outcome with a name. */
export const isUnfinished = (view: JournalView) => !view.outcome || view.outcome.state === 'unknown'

/** What an interrupted restore left, and what recovering it would do. Only looks. */
export async function lookAtRestore(server: DatabaseServer, view: JournalView): Promise<Assessment> {
  const names = namesOf({ server, restoreId: view.id })
  return assess(view, names, await withMaintenance(server, databaseNames))
}

/**
 * Brings a restore or undo that never ended to a state with a name: fully old, or fully new with Undo. The live database accepts
 * connections afterwards. Safe to run again at any time.
 * @throws ConsoleError BUSY when another console takes the suite; the server's errors. The journal then still says that it is unfinished
 */
export async function recoverRestore(job: RecoverJob, control: Control): Promise<void> {
  const { server, journal, hold } = job
  const view = journal.read()
  if (!view || !isUnfinished(view)) return
  await control.step('look', async (step) => {
    await hold.check()
    // The server may still be at the statement that the console was killed in.
    await endSessions(server, applicationName('restore', view.id))
    step.detail((await lookAtRestore(server, view)).finding)
  })
  const { live, isKept, list } = await control.step('settle', async (step) => {
    await hold.check()
    return settle(server, view, step)
  })
  if (live === 'other') {
    skipServices(control, 'The live database is none of this restore.')
    const { live: name } = namesOf({ server, restoreId: view.id })
    const message = `State unknown: ${name} is neither the previous nor the restored database of this restore. No database was renamed or dropped. The server has: ${list}.`
    journal.conclude('unknown', message)
    return
  }
  if (live === 'new' && !isKept) {
    skipServices(control, 'The restore had ended.')
    journal.conclude('kept', 'The restored data is live; the previous database is no longer on the server.')
    return
  }
  await (live === 'new' ? concludeNew(job, control) : concludeOld(job, control, view))
}

function skipServices(control: Control, reason: string): void {
  control.skip('restart', reason)
  control.skip('health', reason)
}

/** Opens what was left closed, gives the old database its name back when no other has it, and drops copies that are not live. */
async function settle(server: DatabaseServer, view: JournalView, step: StepControl) {
  const names = namesOf({ server, restoreId: view.id })
  return withDatabaseLock(server, async (session) => {
    const found = await databaseNames(session)
    if (whatIsLive(view, names.live, found) === 'unnamed') {
      const old = found.find(({ oid }) => oid === view.oldOid)
      if (old) await renameDatabase(session, old.name, names.live)
    }
    const named = await databaseNames(session)
    const live = whatIsLive(view, names.live, named)
    const ours = new Set([view.oldOid, view.newOid])
    const closed = named.filter(({ oid, name, isOpen }) => !isOpen && (ours.has(oid) || name === names.live))
    for (const { name } of closed) await allowConnections(session, name)
    const copies = live === 'old' ? copiesOf(view, names, named) : []
    for (const copy of copies) await dropDatabase(session, copy)
    step.detail(
      [
        ...closed.map(({ name }) => `${name} accepts connections again.`),
        ...copies.map(({ name }) => `${name} was dropped.`),
      ].join(' ') || 'Nothing was left closed or unfinished.',
    )
    const isKept = named.some(({ oid }) => oid === view.oldOid)
    return { live, isKept, list: named.map(({ name }) => name).join(', ') }
  })
}

async function concludeOld(job: RecoverJob, control: Control, view: JournalView): Promise<void> {
  const { journal } = job
  const wasSwapped = view.done.has('swap') || view.done.has('restart')
  if (!wasSwapped) {
    skipServices(control, 'The live data never changed.')
    const message = 'The console ended before the swap. The live data never changed; start the restore again.'
    journal.conclude('interrupted', message)
    return
  }
  await restarted(job, control, (fault) =>
    journal.conclude('undone', 'The console ended while going back. The data from before the restore is live.', fault),
  )
}

/** Done as far as the data go, also where the services are not healthy: so the window offers Undo. */
async function concludeNew(job: RecoverJob, control: Control): Promise<void> {
  await restarted(job, control, (fault) => {
    const ended = 'The console ended after the swap.'
    const message = fault
      ? `${ended} The restored data is live, but the services are not healthy yet.`
      : `${ended} The restore was finished afterwards, and can be undone.`
    job.journal.conclude('done', message, fault)
  })
}

/** @throws what kept the services from becoming healthy, once the journal says it */
async function restarted(
  { services, hold }: RecoverJob,
  control: Control,
  conclude: (fault?: Fault) => void,
): Promise<void> {
  await hold.check()
  try {
    await control.step('restart', (step) => services.restart(step))
    await control.step('health', (step) => services.untilHealthy(step))
  } catch (thrown) {
    conclude(faultOf(thrown))
    throw thrown
  }
  conclude()
}
