import type { Suite } from '#shared/contract/base.ts'
import { asConsoleError, ConsoleError, faultOf } from '#shared/errors.ts'
import type { DatabaseServer, SqlSession } from '../../ports/databaseServer.ts'
import type { StepControl, TaskControl, TaskDescription } from '../tasks/tasks.ts'
import type { RestoreJournal } from './journal.ts'
import type { Manifest } from './manifest.ts'
import { applicationName, derivedDatabase } from './names.ts'
import { carryProperties, createLike } from './newDatabase.ts'
import { withMaintenance } from './sessions.ts'
import type { BackupStore } from './store.ts'
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
  store: BackupStore
  services: SuiteServices
  journal: RestoreJournal
  suite: Suite
  restoreId: string
  backupId: string
  by: string
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

export const pastStopping = 'The databases are being swapped. Wait for the end; Undo takes you back afterwards.'

/**
 * The whole restore in the order of the rules: nothing live changes before the swap, and the old database stays until it is dropped on
 * an administrator's word. Each step is journalled before and after.
 */
export async function restoreBackup(job: RestoreJob, control: TaskControl): Promise<void> {
  await prepare(job, control)
  const { journal, server, services } = job
  try {
    await control.step('swap', (step) => journal.around('swap', () => swapIn(job, step)))
    control.log('good', `${server.database} is the restored data. The data of before is ${namesOf(job).before}.`)
    await control.step('restart', (step) => journal.around('restart', () => services.restart(step)))
    await control.step('health', (step) => journal.around('health', () => services.untilHealthy(step)))
  } catch (error) {
    throw await takeBack(job, control, asConsoleError(error))
  }
  journal.conclude('done', `Restored from ${job.backupId}. The database of before is kept for Undo.`)
  control.result({ restoreId: job.restoreId, backupId: job.backupId, previousDatabase: namesOf(job).before })
}

export function namesOf(job: { server: DatabaseServer; restoreId: string }) {
  const derived = (purpose: 'restore' | 'before' | 'undone') =>
    derivedDatabase(job.server.database, purpose, job.restoreId)
  return { live: job.server.database, fresh: derived('restore'), before: derived('before'), undone: derived('undone') }
}

/** Everything that leaves the live database as it is, and can be stopped at any moment. */
async function prepare(job: RestoreJob, control: TaskControl): Promise<void> {
  const { server, store, suite, backupId, restoreId, journal } = job
  const { fresh } = namesOf(job)
  const { signal } = control
  const backup = await control.step('check', (step) => check(job, step, signal))
  try {
    await control.step('safety', (step) => journal.around('safety', () => job.takeSafetyBackup(step, signal)))
    const archivePath = store.archivePath(suite, backupId)
    const request = { database: fresh, backup, archivePath, application: applicationName('restore', restoreId), signal }
    await control.step('fill', async (step) => {
      await journal.around(
        'create',
        () => withMaintenance(server, (s) => createLike(s, server.database, fresh)),
        (newOid) => ({ newOid }),
      )
      await journal.around('fill', () => fill(server, request, step))
    })
    await control.step('verify', (step) => journal.around('verify', () => compareWithManifest(server, request, step)))
    control.uncancellable(pastStopping)
    signal.throwIfAborted()
  } catch (thrown) {
    const failure = faultOf(thrown)
    try {
      await withMaintenance(server, (session) => dropDatabase(session, fresh))
      journal.conclude('failed', 'It ended before anything live was changed.', failure)
    } catch {
      const left = `Nothing live was changed. The unfinished copy ${fresh} is removed as soon as the database can be reached.`
      journal.conclude('unknown', left, failure)
    }
    throw thrown
  }
}

async function check(job: RestoreJob, step: StepControl, signal: AbortSignal): Promise<Manifest> {
  const { server, store, suite, backupId, restoreId, journal, by } = job
  step.detail('Reading every byte of the archive.')
  const backup = await store.checked(suite, backupId, signal)
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
  step.detail(`Every byte fits. PostgreSQL, extensions and free space are as the backup needs them.`)
  journal.begin({ id: restoreId, backupId, ...suite, by, database: server.database, oldOid: live.oid })
  return backup
}

async function swapIn(job: RestoreJob, step: StepControl): Promise<void> {
  const { live, fresh, before } = namesOf(job)
  await withSwapSession(job, async (session) => {
    step.detail('Carrying over settings and rights.')
    await carryProperties(session, live, fresh)
    step.detail('Refusing connections and swapping.')
    await swapDatabases(session, live, fresh, before)
  })
  step.detail(`${live} is now ${before}; ${fresh} is now ${live}.`)
}

/** Under the restore's own name: a recovery ends a swap that is still under way before it looks at the databases. */
export function withSwapSession<T>(
  { server, restoreId }: Pick<RestoreJob, 'server' | 'restoreId'>,
  work: (session: SqlSession) => Promise<T>,
): Promise<T> {
  return withMaintenance(server, work, applicationName('restore', restoreId))
}

/** After a failure past the point of no return: the old database goes back to its place, if it left it. */
async function takeBack(job: RestoreJob, control: TaskControl, reason: ConsoleError): Promise<ConsoleError> {
  const { server, journal, services } = job
  const { live, fresh, before, undone } = namesOf(job)
  const failure = faultOf(reason)
  try {
    const isSwapped = await withMaintenance(server, async (session) =>
      (await databaseNames(session)).some(({ name }) => name === before),
    )
    if (isSwapped) {
      control.log('warn', `${reason.message} Going back to the database of before.`)
      await journal.around('swapBack', () =>
        withSwapSession(job, (session) => swapDatabases(session, live, before, undone)),
      )
      control.undone('swap')
      await services.restart(quiet).catch(() => undefined)
    }
    await withMaintenance(server, (session) => dropDatabase(session, isSwapped ? undone : fresh))
    journal.conclude('failed', 'It failed, and the database of before is live again. Nothing was lost.', failure)
    return new ConsoleError(
      reason.code,
      `The restore failed: ${reason.message} The database of before is live again; nothing was lost.`,
      reason.details,
    )
  } catch (error) {
    journal.conclude('unknown', 'It failed, and going back failed too.', failure)
    return new ConsoleError(
      'STATE_UNKNOWN',
      `The restore failed, and going back failed too. The data of before is in ${before} or ${live}; nothing was dropped. The console looks again when it reaches the database.`,
      { reason: failure, raw: error instanceof Error ? error.message : String(error) },
    )
  }
}

const quiet: StepControl = { detail: () => undefined, progress: () => undefined }
