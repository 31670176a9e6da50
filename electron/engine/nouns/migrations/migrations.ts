import { utcText } from '#shared/utc.ts'
import type { Scope } from '#shared/contract/base.ts'
import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import type { DatabaseDirectory, DatabaseServer } from '../../ports/databaseServer.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import type { Host } from '../../ports/host.ts'
import { createObject } from '../../kube/index.ts'
import type { SuiteHold, SuiteLeases } from '../../objects/suiteLeases.ts'
import { untilRolledOut } from '../../objects/rolloutWait.ts'
import type { StepControl, Task, TaskControl, TaskDescription, Tasks } from '../tasks/tasks.ts'
import { appliedMigrations, type AppliedMigration } from '../../database/appliedMigrations.ts'
import { withSession } from './session.ts'
import { catalogueFaults, compareCounts, countTables, type Counts } from './integrity.ts'
import { migrationJob } from './job.ts'

/** A migration as the bundle describes it. */
export interface BundledMigration {
  name: string
  previousReleaseRuns: boolean
  isReversible: boolean
}

export interface MigrationsNeeds {
  tasks: Tasks
  directory: ClusterDirectory
  leases: Pick<SuiteLeases, 'hold'>
  databases: DatabaseDirectory
  host: Pick<Host, 'user'>
  /** Of this console's bundle, oldest first. */
  bundled: () => Promise<readonly BundledMigration[]>
  /** @returns the id of the backup */
  takeSafetyBackup: (scope: Scope, reason: string, step: StepControl, signal: AbortSignal) => Promise<string>
}

export interface MigrationStatus {
  applied: AppliedMigration[]
  pending: BundledMigration[]
  undo: string
  canUndo: boolean
}

const steps = (change: string): TaskDescription['steps'] => [
  { id: 'backup', title: 'Back up the database', group: 'safe' },
  { id: 'count', title: 'Count the rows of every table', group: 'safe' },
  { id: 'migrate', title: change, group: 'change' },
  { id: 'check', title: 'Check the database', group: 'safe' },
]

/** The schema of the suite's database: where it is, forward, and one step back; always behind a backup. */
export class Migrations {
  readonly #needs: MigrationsNeeds

  constructor(needs: MigrationsNeeds) {
    this.#needs = needs
  }

  /** The names of the migrations in the live database, newest last. */
  async applied(scope: Scope, signal?: AbortSignal): Promise<AppliedMigration[]> {
    return withSession(await this.#server(scope, signal), appliedMigrations, signal)
  }

  async status(scope: Scope, signal?: AbortSignal): Promise<MigrationStatus> {
    const [applied, bundled] = await Promise.all([this.applied(scope, signal), this.#needs.bundled()])
    const pending = bundled.filter(({ name }) => !applied.some((each) => each.name === name))
    return { applied, pending: [...pending], ...undoOf(applied, bundled) }
  }

  /** @throws ConsoleError BUSY when this suite is being changed, here or by another console */
  async run(scope: Scope): Promise<{ taskId: string }> {
    return this.#holding(scope, 'Migrate the database', (hold) =>
      this.#task(scope, 'migrate', 'Migrate the database', 'Migrate', ['migrate'], hold),
    )
  }

  /** @throws ConsoleError BAD_INPUT when the newest migration cannot be taken back, with what to do instead; BUSY */
  async undo(scope: Scope): Promise<{ taskId: string }> {
    return this.#holding(scope, 'Take back a migration', async (hold) => {
      const { applied, undo, canUndo } = await this.status(scope)
      if (!canUndo) throw new ConsoleError('BAD_INPUT', undo)
      const newest = applied.at(-1)?.name ?? ''
      const args = ['migrate', 'down', '1']
      return this.#task(scope, 'undoMigration', `Take back migration ${newest}`, `Take back ${newest}`, args, hold)
    })
  }

  /** Takes the suite for the task that `begin` starts, which gives it back; it is given back at once when none was started. */
  async #holding<T>(scope: Scope, title: string, begin: (hold: SuiteHold) => T | Promise<T>): Promise<T> {
    const hold = await this.#needs.leases.hold(scope, title)
    try {
      return await begin(hold)
    } catch (thrown) {
      await hold.release()
      throw thrown
    }
  }

  #task(
    scope: Scope,
    kind: Task['kind'],
    title: string,
    change: string,
    args: string[],
    hold: SuiteHold,
  ): { taskId: string } {
    return this.#needs.tasks.start(
      { kind, scope, title, by: this.#needs.host.user, steps: steps(change) },
      async (control) => {
        const signal = AbortSignal.any([control.signal, hold.lost])
        try {
          await this.#work(scope, title, args, { ...control, signal }, hold)
        } finally {
          await hold.release()
        }
      },
    )
  }

  async #work(scope: Scope, title: string, args: string[], control: TaskControl, hold: SuiteHold): Promise<void> {
    const { signal } = control
    const backupId = await control.step('backup', (step) =>
      this.#needs.takeSafetyBackup(scope, `Before: ${title}`, step, signal),
    )
    control.result({ backupId })
    const server = await this.#server(scope, signal)
    const before = await control.step('count', (step) => counted(server, step, signal))
    const earlier = await withSession(server, appliedMigrations, signal)
    control.uncancellable(
      'The migration runs in the cluster and is not stopped half way. It can be undone afterwards, or the backup restored.',
    )
    const jobName = await control.step('migrate', async (step) => {
      await hold.check()
      return this.#migrate(scope, args, step, control)
    })
    const later = await withSession(server, appliedMigrations)
    control.result({ job: jobName, ...changeOf(earlier, later) })
    control.uncancellable('')
    await control.step('check', (step) => check(server, before, step, control, backupId))
  }

  async #migrate(
    { context, namespace }: Scope,
    args: string[],
    step: StepControl,
    control: TaskControl,
  ): Promise<string> {
    const connection = await this.#needs.directory.connection(context)
    const job = await migrationJob(connection, namespace, args)
    const { name } = job.metadata
    await createObject(connection, job)
    step.detail(`Job ${name} is created.`)
    try {
      const ref = { apiVersion: 'batch/v1', kind: 'Job', namespace, name }
      await untilRolledOut(connection, ref, { timeout: 3_600_000, onState: ({ detail }) => step.detail(detail) })
      return name
    } catch (thrown) {
      const { code, message, details } = asConsoleError(thrown)
      if (Array.isArray(details['lastLogLines']))
        for (const line of details['lastLogLines']) control.log('error', String(line))
      throw new ConsoleError(
        code,
        `${message} Migrations before the one that failed stay; the one that failed is rolled back, unless it builds indexes. ` +
          'Mend the cause and migrate again, or restore the backup taken before.',
        details,
        { cause: thrown },
      )
    }
  }

  #server({ context, namespace }: Scope, signal?: AbortSignal): Promise<DatabaseServer> {
    return this.#needs.databases.serverOf(context, namespace, signal)
  }
}

async function counted(server: DatabaseServer, step: StepControl, signal?: AbortSignal): Promise<Counts> {
  const counts = await withSession(
    server,
    (session) =>
      countTables(
        session,
        (done, total, name) => {
          step.detail(`Reading ${name}.`)
          step.progress({ done, total, unit: 'objects' })
        },
        signal,
      ),
    signal,
  )
  step.progress({ done: counts.size, total: counts.size, unit: 'objects' })
  step.detail(`${counts.size} tables read.`)
  return counts
}

async function check(
  server: DatabaseServer,
  before: Counts,
  step: StepControl,
  control: TaskControl,
  backupId: string,
): Promise<void> {
  const after = await counted(server, step, control.signal)
  const { lines, emptied } = compareCounts(before, after)
  for (const line of lines) control.log('info', line)
  const faults = [
    ...emptied.map((table) => `${table} had rows and has none now.`),
    ...(await withSession(server, catalogueFaults, control.signal)),
  ]
  for (const fault of faults) control.log('error', fault)
  if (faults.length > 0) {
    throw new ConsoleError(
      'VERIFICATION_FAILED',
      `The migration ran, but the database is not as it should be: ${faults.join(' ')} Backup ${backupId} is from before.`,
      { faults, backupId },
    )
  }
  step.detail(
    `${after.size} tables read, ${lines.length} with another count; indexes, constraints and sequences are in order.`,
  )
}

/** What came and went, as the result of a task. */
function changeOf(earlier: AppliedMigration[], later: AppliedMigration[]): Record<string, string> {
  const missing = (from: AppliedMigration[], other: AppliedMigration[]) =>
    from.filter(({ name }) => !other.some((each) => each.name === name)).map(({ name }) => name)
  return { applied: missing(later, earlier).join(', '), takenBack: missing(earlier, later).join(', ') }
}

function undoOf(
  applied: AppliedMigration[],
  bundled: readonly BundledMigration[],
): Pick<MigrationStatus, 'undo' | 'canUndo'> {
  const newest = applied.at(-1)
  if (!newest) return { undo: 'No migration has run yet.', canUndo: false }
  const known = bundled.find(({ name }) => name === newest.name)
  const at = utcText(newest.at)
  if (!known)
    return {
      undo: `${newest.name} is of a newer release than this console's: use the console of that release, or restore a backup from before ${at}.`,
      canUndo: false,
    }
  if (!known.isReversible)
    return {
      undo: `${newest.name} cannot be taken back without losing data: restore a backup from before ${at}.`,
      canUndo: false,
    }
  return {
    undo: `${newest.name} is taken back by its own way down, after a backup. The release that needs it reports not ready until it is migrated again or an earlier release is deployed.`,
    canUndo: true,
  }
}
