import type { Suite } from '#shared/contract/base.ts'
import { asConsoleError, ConsoleError, faultOf } from '#shared/errors.ts'
import type { SuiteHold } from '../../objects/suiteLeases.ts'
import type { DatabaseServer, SqlSession } from '../../ports/databaseServer.ts'
import type { StepControl, TaskControl, TaskDescription } from '../tasks/tasks.ts'
import type { RestoreJournal } from './journal.ts'
import type { Manifest } from './manifest.ts'
import { applicationName, derivedDatabase } from './names.ts'
import { carryProperties, createLike } from './newDatabase.ts'
import { withDatabaseLock, withMaintenance } from './sessions.ts'
import { copiesOf, whatIsLive } from './restoreState.ts'
import type { Catalogue } from './catalogue.ts'
import { databaseNames, dropDatabase, swapDatabases } from './swap.ts'
import { compareWithManifest, fill, unfitness } from './trial.ts'

/** What the database's users are, as far as a restore must know. */
export interface SuiteServices {
  /** Image by service. */
  images(signal?: AbortSignal): Promise<Record<string, string>>
  list(signal?: AbortSignal): Promise<{ name: string; pods: number }[]>
  restart(step: StepControl): Promise<void>
  /** @throws ConsoleError TIMEOUT with the pod's reason when one does not become ready */
  untilHealthy(step: StepControl): Promise<void>
}

export interface RestoreJob {
  server: DatabaseServer
  catalogue: Catalogue
  services: SuiteServices
  journal: RestoreJournal
  /** The suite that is restored. */
  suite: Suite
  /** The suite that the backup is of: the same, or another. */
  source: Suite
  restoreId: string
  backupId: string
  by: string
  /** The right to change the suite: asked again before every step that changes something. */
  hold: Pick<SuiteHold, 'check'>
  /** Takes the backup of what is there; returns its id. */
  takeSafetyBackup: (step: StepControl, signal: AbortSignal) => Promise<string>
}

export const restoreSteps: TaskDescription['steps'] = [
  { id: 'check', title: 'Check the backup', group: 'safe' },
  { id: 'safety', title: 'Safety backup', group: 'safe' },
  { id: 'fill', title: 'Restore into a new database', group: 'safe' },
  { id: 'verify', title: 'Compare with the backup', group: 'safe' },
  { id: 'swap', title: 'Block connections and swap', group: 'change' },
  { id: 'restart', title: 'Restart the services', group: 'change' },
  { id: 'health', title: 'Health check', group: 'change' },
]

export const pastStopping =
  'The databases are being swapped. Wait until the restore has ended; you can undo it afterwards.'

/**
 * The whole restore in the order of the rules: nothing live changes before the swap, and the old database stays until it is dropped on
 * an administrator's word. Each step is journalled before and after.
 */
export async function restoreBackup(job: RestoreJob, control: TaskControl): Promise<void> {
  await prepare(job, control)
  const { journal, server, services, hold } = job
  try {
    await control.step('swap', (step) => journal.around('swap', () => swapIn(job, step)))
    control.log('good', `${server.database} is the restored data. The previous database is ${namesOf(job).before}.`)
    await control.step('restart', async (step) => {
      await hold.check()
      await journal.around('restart', () => services.restart(step))
    })
    await control.step('health', (step) => journal.around('health', () => services.untilHealthy(step)))
  } catch (error) {
    throw await takeBack(job, control, asConsoleError(error))
  }
  journal.conclude('done', `Restored from ${job.backupId}. The previous database is kept, so undoing is just a rename.`)
  control.result({ restoreId: job.restoreId, backupId: job.backupId, previousDatabase: namesOf(job).before })
}

export const isSameSuite = (a: Suite, b: Suite) => a.cluster === b.cluster && a.namespace === b.namespace

export function namesOf(job: { server: DatabaseServer; restoreId: string }) {
  const derived = (purpose: 'restore' | 'before' | 'undone') =>
    derivedDatabase(job.server.database, purpose, job.restoreId)
  return { live: job.server.database, fresh: derived('restore'), before: derived('before'), undone: derived('undone') }
}

/** Everything that leaves the live database as it is, and can be stopped at any moment. */
async function prepare(job: RestoreJob, control: TaskControl): Promise<void> {
  const { server, catalogue, source, backupId, restoreId, journal, hold } = job
  const { fresh } = namesOf(job)
  const { signal } = control
  const backup = await control.step('check', (step) => check(job, step, signal))
  try {
    await control.step('safety', (step) => journal.around('safety', () => job.takeSafetyBackup(step, signal)))
    const openArchive = () => catalogue.readArchive(source, backupId)
    const request = { database: fresh, backup, openArchive, application: applicationName('restore', restoreId), signal }
    await control.step('fill', async (step) => {
      await hold.check()
      await journal.around(
        'create',
        () => withMaintenance(server, (s) => createLike(s, server.database, fresh), request.application),
        (newOid) => ({ newOid }),
      )
      await journal.around('fill', () => fill(server, request, step))
    })
    await control.step('verify', (step) => journal.around('verify', () => compareWithManifest(server, request, step)))
    control.uncancellable(pastStopping)
    signal.throwIfAborted()
    await hold.check()
  } catch (thrown) {
    const failure = faultOf(thrown)
    try {
      await dropCopy(job)
      journal.conclude('failed', 'It ended before anything live was changed.', failure)
    } catch {
      const left = `Nothing live was changed. The unfinished copy ${fresh} is still on the server: recover this restore to remove it.`
      journal.conclude('unknown', left, failure)
    }
    throw thrown
  }
}

/** The copy that this restore filled; its own, so it needs no right to the suite. */
async function dropCopy({ server, journal, restoreId }: RestoreJob): Promise<void> {
  const view = journal.read()
  if (!view?.begun.has('create')) return
  const names = namesOf({ server, restoreId })
  await withDatabaseLock(server, async (session) => {
    for (const copy of copiesOf(view, names, await databaseNames(session))) await dropDatabase(session, copy)
  })
}

async function check(job: RestoreJob, step: StepControl, signal: AbortSignal): Promise<Manifest> {
  const { server, catalogue, suite, source, backupId, restoreId, journal, by } = job
  step.detail('Reading every byte of the archive.')
  const backup = await catalogue.checked(source, backupId, signal)
  step.detail('Comparing versions, extensions and free space.')
  const { live, reasons } = await withMaintenance(server, async (session) => ({
    live: (await databaseNames(session)).find(({ name }) => name === server.database),
    reasons: await unfitness(server, session, backup),
  }))
  if (reasons.length > 0) {
    throw new ConsoleError(
      'VERIFICATION_FAILED',
      `This backup cannot be restored here. ${reasons.join(' ')} Nothing was changed.`,
    )
  }
  if (!live)
    throw new ConsoleError('NOT_FOUND', `The server has no database ${server.database}. Deploy the suite first.`)
  step.detail(`The archive is intact. PostgreSQL, extensions and free space are as the backup needs them.`)
  const from = isSameSuite(source, suite) ? undefined : source
  journal.begin({ id: restoreId, backupId, ...suite, by, source: from, database: server.database, oldOid: live.oid })
  return backup
}

async function swapIn(job: RestoreJob, step: StepControl): Promise<void> {
  const { live, fresh, before } = namesOf(job)
  const { oldOid, newOid } = oidsOf(job)
  await withSwapSession(job, async (session) => {
    step.detail('Carrying over settings and rights.')
    await carryProperties(session, live, fresh)
    step.detail('Refusing connections and swapping.')
    await swapDatabases(session, { oid: oldOid, name: live }, { oid: newOid, name: fresh }, before)
  })
  step.detail(`${live} is now ${before}; ${fresh} is now ${live}.`)
}

/** The numbers of the two databases of a restore that has filled its copy. */
export function oidsOf({ journal }: Pick<RestoreJob, 'journal'>): { oldOid: string; newOid: string } {
  const view = journal.read()
  if (view?.newOid !== undefined) return { oldOid: view.oldOid, newOid: view.newOid }
  throw new ConsoleError('STATE_UNKNOWN', 'The journal of this restore does not say which database it made.')
}

/** Under the restore's own name: a recovery ends a swap that is still under way before it looks at the databases. */
export function withSwapSession<T>(
  { server, restoreId }: Pick<RestoreJob, 'server' | 'restoreId'>,
  work: (session: SqlSession) => Promise<T>,
): Promise<T> {
  return withDatabaseLock(server, work, applicationName('restore', restoreId))
}

/**
 * After a failure past the point of no return: the old database goes back to its place, if it left it and if the restored one is still
 * there. Whatever else is found stays as it is, and so does everything when another console has taken the suite.
 */
async function takeBack(job: RestoreJob, control: TaskControl, reason: ConsoleError): Promise<ConsoleError> {
  const { server, journal, services, hold } = job
  const { live, fresh, before, undone } = namesOf(job)
  const { code, message, details } = reason
  const failure = faultOf(reason)
  try {
    await hold.check()
    const { oldOid, newOid } = oidsOf(job)
    const found = whatIsLive({ oldOid, newOid }, live, await withMaintenance(server, databaseNames))
    if (found !== 'old' && found !== 'new') throw notOurs(live)
    if (found === 'new') {
      control.log('warn', `${message} Going back to the previous database.`)
      await journal.around('swapBack', () =>
        withSwapSession(job, (session) =>
          swapDatabases(session, { oid: newOid, name: live }, { oid: oldOid, name: before }, undone),
        ),
      )
      control.undone('swap')
      await services.restart(quiet).catch(() => undefined)
    }
    const copy = { oid: newOid, name: found === 'new' ? undone : fresh }
    await withDatabaseLock(server, (session) => dropDatabase(session, copy))
    journal.conclude('failed', 'It failed, and the previous database is live again. No data was lost.', failure)
    return new ConsoleError(
      code,
      `The restore failed: ${message} The previous database is live again; no data was lost.`,
      details,
    )
  } catch (thrown) {
    const error = asConsoleError(thrown)
    journal.conclude('unknown', `It failed after the swap had begun, and did not go back: ${error.message}`, failure)
    return new ConsoleError(
      'STATE_UNKNOWN',
      `The restore failed: ${message} It did not go back: ${error.message} The previous database is ${before} or ${live}; nothing was dropped. Recover this restore once the database can be reached.`,
      { reason: failure, goingBack: faultOf(error) },
    )
  }
}

const notOurs = (live: string) =>
  new ConsoleError('STATE_UNKNOWN', `${live} is neither the previous nor the restored database of this restore.`)

const quiet: StepControl = { detail: () => undefined, progress: () => undefined }
