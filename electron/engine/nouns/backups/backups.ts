import type { Scope, Suite } from '#shared/contract/base.ts'
import type { Backup, KeptDatabase, Restore, RestoreSource } from '#shared/contract/backups.ts'
import { ConsoleError } from '#shared/errors.ts'
import { Broadcast } from '../../flow/broadcast.ts'
import type { SuiteHold, SuiteLeases } from '../../objects/suiteLeases.ts'
import type { DatabaseDirectory } from '../../ports/databaseServer.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import type { Host } from '../../ports/host.ts'
import type { Standing } from '../tasks/interrupted.ts'
import type { StepControl, Task, TaskControl, TaskDescription, Tasks } from '../tasks/tasks.ts'
import { crossingOf, crossingWarning, currentSuite, placeWords, type Crossing } from './crossing.ts'
import type { RestoreJournal } from './journal.ts'
import { archiveOf, type AuditCheckpoint } from './manifest.ts'
import { keptDatabases, removeDatabase, type OwnRecords } from './keptDatabases.ts'
import { newRecoveryId } from './names.ts'
import { recoverRestore, recoverSteps } from './recover.ts'
import { restoreBackup, restoreSteps, type RestoreJob, type SuiteServices } from './restore.ts'
import { Restores } from './restores.ts'
import { suiteServices } from './services.ts'
import type { Catalogue } from './catalogue.ts'
import { folderCatalogue } from './folderCatalogue.ts'
import { takeBackup } from './take.ts'
import type { ExpectedDatabase } from './swap.ts'
import { throttled } from './trial.ts'
import { keepRestore, undoRestore, undoSteps } from './undo.ts'
import { TrialDatabases } from './trials.ts'
import { verifyBackup, verifySteps } from './verify.ts'

export interface BackupsNeeds {
  tasks: Tasks
  directory: ClusterDirectory
  leases: Pick<SuiteLeases, 'hold'>
  databases: DatabaseDirectory
  host: Pick<Host, 'dataDirectory' | 'user' | 'now'>
  /** The head of the audit log, kept in the manifest of each backup. */
  auditCheckpoint?: () => Promise<AuditCheckpoint | undefined>
  /** Replaced in tests that have no cluster. */
  services?: (scope: Scope) => SuiteServices
}

/** Tasks whose interruption is told by the journal of a restore. */
const restoreKinds = ['restore', 'undoRestore', 'recoverRestore']

const backupSteps: TaskDescription['steps'] = [
  { id: 'connect', title: 'Connect to the database', group: 'safe' },
  { id: 'dump', title: 'Dump and count in one snapshot', group: 'safe' },
]

/** Backups of all clusters: what there is, and the work that makes, proves, restores and undoes them. */
export class Backups {
  /** Says whose lists have changed. */
  readonly changes = new Broadcast<Suite>()
  readonly catalogue: Catalogue
  readonly #needs: BackupsNeeds
  readonly #restores: Restores

  constructor(needs: BackupsNeeds) {
    this.#needs = needs
    this.catalogue = folderCatalogue(needs.host.dataDirectory, (a, b) => needs.directory.isSameCluster(a, b))
    needs.tasks.explain(restoreKinds, (task) => this.#standingOf(task))
    this.#restores = new Restores({
      dataDirectory: needs.host.dataDirectory,
      now: () => needs.host.now(),
      directory: needs.directory,
      serverOf: (scope) => this.serverOf(scope),
      onChange: (suite) => this.changes.emit(suite),
    })
  }

  servicesOf(scope: Scope): SuiteServices {
    return this.#needs.services?.(scope) ?? suiteServices(this.#needs.directory, scope)
  }

  serverOf({ context, namespace }: Scope, signal?: AbortSignal) {
    return this.#needs.databases.serverOf(context, namespace, signal)
  }

  suiteOf(scope: Scope): Suite {
    return this.#needs.directory.suiteOf(scope)
  }

  start(scope: Scope, reason: string): { taskId: string } {
    return this.#task(scope, { kind: 'backup', title: 'Back up the database', steps: backupSteps }, async (control) => {
      const server = await control.step('connect', async (step) => {
        step.detail('Looking for the database pod.')
        const found = await this.serverOf(scope, control.signal)
        step.detail(`Database ${found.database}.`)
        return found
      })
      const id = await control.step('dump', (step) => this.#take(scope, server, reason, step, control.signal))
      control.result({ backupId: id })
    })
  }

  verify(scope: Scope, backupId: string): { taskId: string } {
    return this.#task(
      scope,
      { kind: 'verify', title: `Verify backup ${backupId}`, steps: verifySteps },
      async (control) => {
        const server = await this.serverOf(scope, control.signal)
        const suite = this.suiteOf(scope)
        const trials = new TrialDatabases(this.#needs.host.dataDirectory, suite)
        await trials.drop(server)
        const { user: by, now } = this.#facts()
        await verifyBackup({ server, catalogue: this.catalogue, suite, backupId, by, now, trials }, control)
      },
    )
  }

  /** Milliseconds by step that this work took last time in this cluster. */
  plannedFor(scope: Scope, kind: string): Readonly<Record<string, number>> {
    return this.#needs.tasks.planned(kind, scope)
  }

  /** @throws ConsoleError BUSY when this suite is being changed, here or by another console */
  async restore(scope: Scope, { suite, backupId }: RestoreSource): Promise<{ taskId: string }> {
    const source = { suite: this.sourceOf(suite), backupId }
    const restoreId = newRecoveryId(this.#needs.host.now())
    const crossing = crossingOf(this.#needs.directory, scope, source.suite)
    const title = `Restore backup ${source.backupId}${crossing ? ` of ${placeWords(crossing.from)}` : ''}`
    return this.#changing(scope, 'restore', title, restoreSteps, restoreId, async (control, hold) => {
      if (crossing) control.log('warn', crossingWarning(crossing))
      await restoreBackup(await this.#job(scope, restoreId, source, control, hold), control)
    })
  }

  /** The suite under the id that its cluster has today: where its backups are kept. */
  sourceOf(suite: Suite): Suite {
    return currentSuite(this.#needs.directory, suite)
  }

  /** Where the backup's suite is another than the one that is restored. */
  crossing(scope: Scope, source: Suite): Crossing | undefined {
    return crossingOf(this.#needs.directory, scope, source)
  }

  /** @throws ConsoleError NOT_FOUND, BUSY */
  async undo(scope: Scope, restoreId: string): Promise<{ taskId: string }> {
    const view = this.#journal(scope, restoreId).read()
    const source = { suite: this.suiteOf(scope), backupId: view?.backupId ?? '' }
    return this.#changing(scope, 'undoRestore', 'Undo a restore', undoSteps, restoreId, async (control, hold) =>
      undoRestore(await this.#job(scope, restoreId, source, control, hold), control),
    )
  }

  /** Finishes or takes back a restore that was interrupted. @throws ConsoleError NOT_FOUND, BUSY */
  async recover(scope: Scope, restoreId: string): Promise<{ taskId: string }> {
    const journal = this.#journal(scope, restoreId)
    const title = 'Recover an interrupted restore'
    return this.#changing(scope, 'recoverRestore', title, recoverSteps, restoreId, async (control, hold) => {
      const server = await this.serverOf(scope, control.signal)
      control.uncancellable('The state of the databases is being settled. Wait until that has ended.')
      this.#restores.forgetLook(restoreId)
      await recoverRestore({ server, services: this.servicesOf(scope), journal, hold }, control)
      control.result({ restoreId })
    })
  }

  /**
   * A backup as a step of somebody else's task: before a deployment or a migration changes anything.
   * @returns the backup's id
   * @throws ConsoleError BUSY while another piece of work is on the same database
   */
  async takeSafetyBackup(scope: Scope, reason: string, step: StepControl, signal: AbortSignal): Promise<string> {
    this.#refuseSecond(scope)
    step.detail('Looking for the database pod.')
    return this.#take(scope, await this.serverOf(scope, signal), reason, step, signal)
  }

  /** @throws ConsoleError NOT_FOUND, STATE_UNKNOWN, BUSY */
  async keep(scope: Scope, restoreId: string): Promise<void> {
    this.#refuseSecond(scope)
    const journal = this.#journal(scope, restoreId)
    const hold = await this.#needs.leases.hold(scope, 'Keep a restore')
    try {
      const server = await this.serverOf(scope)
      await this.#restores.worked(this.suiteOf(scope), restoreId, () =>
        keepRestore({ server, journal, restoreId, hold }),
      )
    } finally {
      await hold.release()
    }
  }

  /** The databases beside the live one that consoles made on this suite's server. @throws what the server answers */
  async databases(scope: Scope, signal?: AbortSignal): Promise<KeptDatabase[]> {
    const server = await this.serverOf(scope, signal)
    // So that what an interrupted restore offers is said with its databases.
    await this.look(this.suiteOf(scope))
    return keptDatabases(server, this.#records(scope))
  }

  /** @throws ConsoleError as `removeDatabase`, BUSY */
  async removeDatabase(scope: Scope, database: ExpectedDatabase): Promise<void> {
    this.#refuseSecond(scope)
    const hold = await this.#needs.leases.hold(scope, `Remove the database ${database.name}`)
    try {
      await removeDatabase(await this.serverOf(scope), database, this.#records(scope), hold)
    } finally {
      await hold.release()
      this.changes.emit(this.suiteOf(scope))
    }
  }

  #records(scope: Scope): OwnRecords {
    const suite = this.suiteOf(scope)
    return {
      views: this.#restores.views(suite),
      restores: this.#restores.list(suite),
      trials: new TrialDatabases(this.#needs.host.dataDirectory, suite).left(),
    }
  }

  async delete(scope: Scope, backupId: string): Promise<void> {
    this.#refuseSecond(scope)
    await this.catalogue.delete(this.suiteOf(scope), backupId)
    this.changes.emit(this.suiteOf(scope))
  }

  /** The newest backup of a suite, for lists of suites; undefined when there is none. */
  async newest(suite: Suite): Promise<{ at: number; state: Backup['state'] } | undefined> {
    const [newest] = await this.catalogue.list(suite, false)
    return newest && { at: newest.takenAt, state: newest.state }
  }

  /** How many there are of a suite, and when the newest was taken. */
  async count(scope: Scope): Promise<{ count: number; newestAt?: number }> {
    const found = await this.catalogue.list(this.suiteOf(scope), false)
    const [newest] = found
    return { count: found.length, ...(newest && { newestAt: newest.takenAt }) }
  }

  /** Restores that can still be undone, or have to be recovered first. */
  openRestores(scope: Scope): Pick<Restore, 'id' | 'at' | 'message'>[] {
    const open = this.restores(scope).filter(({ offers }) => offers.includes('undo') || offers.includes('recover'))
    return open.map(({ id, at, message }) => ({ id, at, message }))
  }

  async list(scope: Scope, deep: boolean): Promise<Backup[]> {
    return this.catalogue.list(this.suiteOf(scope), deep)
  }

  /** What the journals of this console say about its restores of this suite; newest first. */
  restores(scope: Scope): Restore[] {
    return this.#restores.list(this.suiteOf(scope))
  }

  /** As `Restores.look`. */
  look(only?: Suite): Promise<void> {
    return this.#restores.look(only)
  }

  /** What became of an interrupted task of a restore, from the restore's own journal. */
  async #standingOf({ context, namespace, result }: Task): Promise<Standing> {
    const scope = { context, namespace }
    await this.look(this.suiteOf(scope))
    const restore = this.restores(scope).find(({ id }) => id === result['restoreId'])
    // Without a journal it ended before the first step that is worth one.
    if (!restore) return { offers: [], settled: { state: 'cancelled', text: 'It ended before anything was restored.' } }
    const { state, message, offers } = restore
    if (offers.includes('recover')) return { offers: [{ call: 'backups.recover', title: 'Recover the restore' }] }
    const ended = state === 'done' || state === 'kept' || state === 'undone' || state === 'superseded'
    return { offers: [], settled: { state: ended ? 'done' : 'failed', text: message } }
  }

  #facts() {
    const { user, now } = this.#needs.host
    return { user, now: () => now.call(this.#needs.host) }
  }

  async #take(
    scope: Scope,
    server: RestoreJob['server'],
    reason: string,
    step: StepControl,
    signal: AbortSignal,
  ): Promise<string> {
    const { user, now } = this.#facts()
    const earlier = await this.catalogue.newestManifest(this.suiteOf(scope))
    const total = earlier && archiveOf(earlier).bytes
    const taken = await takeBackup(server, this.catalogue, {
      suite: this.suiteOf(scope),
      clusterName: this.#needs.directory.facts(scope.context).name,
      by: user,
      reason,
      images: await this.servicesOf(scope)
        .images(signal)
        .catch(() => ({})),
      now,
      auditCheckpoint: this.#needs.auditCheckpoint,
      signal,
      // The backup before is the best guess of how much there will be.
      onBytes: throttled((done) =>
        step.progress({ done, ...(total !== undefined && { total: Math.max(total, done) }), unit: 'bytes' }),
      ),
      onDetail: (text) => step.detail(text),
    })
    const { bytes } = archiveOf(taken)
    step.progress({ done: bytes, total: bytes, unit: 'bytes' })
    step.detail(
      taken.emptied.length > 0
        ? `Tables without rows that had some before: ${taken.emptied.join(', ')}.`
        : `${taken.database.tables.length} tables.`,
    )
    this.changes.emit(this.suiteOf(scope))
    return taken.id
  }

  async #job(
    scope: Scope,
    restoreId: string,
    { suite: source, backupId }: RestoreSource,
    control: TaskControl,
    hold: SuiteHold,
  ): Promise<RestoreJob> {
    const server = await this.serverOf(scope, control.signal)
    return {
      server,
      catalogue: this.catalogue,
      services: this.servicesOf(scope),
      journal: this.#restores.journalOf(this.suiteOf(scope), restoreId),
      suite: this.suiteOf(scope),
      source,
      restoreId,
      backupId,
      by: this.#needs.host.user,
      hold,
      takeSafetyBackup: (step, signal) =>
        this.#take(scope, server, `Safety backup before the restore of ${backupId}`, step, signal),
    }
  }

  #journal(scope: Scope, restoreId: string): RestoreJournal {
    return this.#restores.existing(this.suiteOf(scope), restoreId)
  }

  /** A task that holds the suite from before its first check to its end. */
  async #changing(
    scope: Scope,
    kind: Task['kind'],
    title: string,
    steps: TaskDescription['steps'],
    restoreId: string,
    run: (control: TaskControl, hold: SuiteHold) => Promise<void>,
  ): Promise<{ taskId: string }> {
    this.#refuseSecond(scope)
    const hold = await this.#needs.leases.hold(scope, title)
    try {
      return this.#task(scope, { kind, title, steps, result: { restoreId } }, async (control) => {
        const signal = AbortSignal.any([control.signal, hold.lost])
        try {
          await this.#restores.worked(this.suiteOf(scope), restoreId, () => run({ ...control, signal }, hold))
        } finally {
          await hold.release()
        }
      })
    } catch (thrown) {
      await hold.release()
      throw thrown
    }
  }

  #task(
    scope: Scope,
    description: Pick<TaskDescription, 'kind' | 'title' | 'steps' | 'result'>,
    run: (control: TaskControl) => Promise<void>,
  ): { taskId: string } {
    this.#refuseSecond(scope)
    return this.#needs.tasks.start({ ...description, scope, by: this.#needs.host.user }, async (control) => {
      try {
        await run(control)
      } finally {
        this.changes.emit(this.suiteOf(scope))
      }
    })
  }

  /** One piece of work on one database at a time. */
  #refuseSecond(scope: Scope): void {
    const running = this.#needs.tasks.running(['backup', 'verify', 'restore', 'undoRestore', 'recoverRestore'], scope)
    if (running)
      throw new ConsoleError('BUSY', `"${running.title}" is still running here. Wait for it, or stop it first.`, {
        taskId: running.id,
      })
  }
}
