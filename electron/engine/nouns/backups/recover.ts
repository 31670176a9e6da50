import { faultOf } from '#shared/errors.ts'
import type { DatabaseServer } from '../../ports/databaseServer.ts'
import type { StepControl } from '../tasks/tasks.ts'
import type { JournalView, RestoreJournal } from './journal.ts'
import { applicationName } from './names.ts'
import { namesOf, type SuiteServices } from './restore.ts'
import { endSessions, withMaintenance } from './sessions.ts'
import { allowConnections, databaseNames, dropDatabase, renameDatabase, type DatabaseName } from './swap.ts'

/** What the server has of the two databases of a restore. */
type Found = 'old' | 'new' | 'unnamed' | 'unknown'

/**
 * Which data is live, told by the databases' numbers: the journal may have missed the last step, the server has not.
 * `unnamed`: no database has the live name, but the old one exists.
 */
function whatIsLive(view: Pick<JournalView, 'oldOid' | 'newOid'>, live: string, names: DatabaseName[]): Found {
  const present = names.find(({ name }) => name === live)
  if (present?.oid === view.oldOid) return 'old'
  if (present && present.oid === view.newOid) return 'new'
  if (!present && names.some(({ oid }) => oid === view.oldOid)) return 'unnamed'
  return 'unknown'
}

export interface RecoverJob {
  server: DatabaseServer
  services: SuiteServices
  journal: RestoreJournal
}

/**
 * Looks at a restore or undo that never ended and brings it to a state with a name: fully old, or fully new with Undo. The live database
 * accepts connections afterwards. Safe to run again at any time.
 */
export async function recoverRestore({ server, services, journal }: RecoverJob): Promise<void> {
  const view = journal.read()
  if (!view || (view.outcome && view.outcome.state !== 'unknown')) return
  const names = namesOf({ server, restoreId: view.id })
  // The server may still be at the statement that the console was killed in.
  await endSessions(server, applicationName('restore', view.id))
  const found = await settle(server, view, names.live, names.undone)
  const has = (name: string) => found.names.some((database) => database.name === name)
  if (found.live === 'unknown') {
    const list = found.names.map(({ name }) => name).join(', ')
    journal.conclude(
      'unknown',
      `State unknown: ${names.live} is neither the database of before this restore nor the restored one. Nothing was changed. The server has: ${list}.`,
    )
    return
  }
  if (found.live === 'old') return concludeOld(server, services, journal, view, names)
  if (!has(names.before)) {
    journal.conclude('kept', 'The restored data is live; the database of before is no longer there.')
    return
  }
  await concludeNew(services, journal)
}

/** Opens what was left closed and gives the old database its name back when no other has it. */
async function settle(server: DatabaseServer, view: JournalView, live: string, undone: string) {
  return withMaintenance(server, async (session) => {
    const before = await databaseNames(session)
    if (whatIsLive(view, live, before) === 'unnamed') {
      const old = before.find(({ oid }) => oid === view.oldOid)
      if (old) await renameDatabase(session, old.name, live)
    }
    const ours = new Set([view.oldOid, view.newOid])
    const named = await databaseNames(session)
    const closed = named.filter(
      ({ oid, name, isOpen }) => !isOpen && (ours.has(oid) || name === live || name === undone),
    )
    for (const { name } of closed) await allowConnections(session, name)
    return { live: whatIsLive(view, live, named), names: named }
  })
}

async function concludeOld(
  server: DatabaseServer,
  services: SuiteServices,
  journal: RestoreJournal,
  view: JournalView,
  names: { fresh: string; undone: string },
): Promise<void> {
  const wasSwapped = view.done.has('swap') || view.done.has('restart')
  await withMaintenance(server, async (session) => {
    await dropDatabase(session, names.fresh)
    await dropDatabase(session, names.undone)
  })
  if (!wasSwapped) {
    journal.conclude(
      'interrupted',
      'The console ended before the swap. The live database is as it was; start the restore again.',
    )
    return
  }
  await services.restart(quiet).catch(() => undefined)
  journal.conclude('undone', 'The console ended while going back. The data of before the restore is live.')
}

async function concludeNew(services: SuiteServices, journal: RestoreJournal): Promise<void> {
  try {
    await services.restart(quiet)
    await services.untilHealthy(quiet)
    journal.conclude('done', 'The console ended after the swap; the restore was finished afterwards. Undo is possible.')
  } catch (thrown) {
    // Done as far as the data go: so the window offers Undo.
    const state = 'The console ended after the swap. The restored data is live, but the services are not healthy yet.'
    journal.conclude('done', state, faultOf(thrown))
  }
}

const quiet: StepControl = { detail: () => undefined, progress: () => undefined }
