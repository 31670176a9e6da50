import { randomBytes } from 'node:crypto'
import type { Scope, Suite } from '#shared/contract/base.ts'
import type { Step, Task } from '#shared/contract/tasks.ts'
import { asConsoleError, ConsoleError, faultOf } from '#shared/errors.ts'
import { Broadcast } from '../../flow/broadcast.ts'
import { currentCall } from '../../flow/currentCall.ts'
import { storageError } from '../../storage/durable.ts'
import { controlOf, type TaskControl } from './control.ts'
import { StepDurations } from './durations.ts'
import { TaskFiles } from './files.ts'
import { interrupt, lookAgain, type StandingOf } from './interrupted.ts'
import { begin, type Begun, type Kept, type Settles } from './lines.ts'
import { TaskRecord } from './taskRecord.ts'

export type { StepControl, TaskControl } from './control.ts'
export type { Task } from '#shared/contract/tasks.ts'

export interface TaskDescription {
  /** The noun's own word. */
  kind: string
  scope: Scope
  title: string
  by: string
  steps: { id: string; title: string; group: Step['group']; plannedMs?: number }[]
  /** What is known before it begins, so that it is also known after a crash. */
  result?: Record<string, string>
  settles?: Settles
}

interface Entry {
  record: TaskRecord
  abort: AbortController
  ended: Promise<void>
}

/**
 * Long work that survives page changes, and is known after a crash: each task has a journal that is on disk before the work begins.
 * Every emission is a changed task, whole; an emitted task is never changed.
 */
export class Tasks {
  readonly changes = new Broadcast<Task>()
  readonly #entries = new Map<string, Entry>()
  readonly #standings = new Map<string, StandingOf>()
  readonly #durations: StepDurations
  readonly #files: TaskFiles
  readonly #suiteOf: (scope: Scope) => Suite
  readonly #isSameCluster: (a: string, b: string) => boolean
  readonly #now: () => number
  #started = 0

  /**
   * Finds what an earlier console left: tasks that it left running are interrupted from here on.
   * @param directory where the journals are, and the durations of earlier runs
   * @param isSameCluster whether two ids name one cluster: a task keeps the id that its cluster had when it began
   */
  constructor(
    directory: string,
    suiteOf: (scope: Scope) => Suite,
    now: () => number = Date.now,
    isSameCluster = (a: string, b: string) => a === b,
  ) {
    this.#durations = new StepDurations(directory)
    this.#files = new TaskFiles(directory)
    this.#suiteOf = suiteOf
    this.#isSameCluster = isSameCluster
    this.#now = now
    this.#load()
  }

  /** Of this session, and those of earlier ones whose end nobody has seen; in the order they started. */
  all(): Task[] {
    return [...this.#entries.values()].filter(({ record }) => !record.kept.isDismissed).map(({ record }) => record.task)
  }

  /** Newest first. @param before id of a task */
  history(limit: number, before?: string): Task[] {
    // What is in memory is newer than its journal: details, offers, lines that wait for room on the disk.
    return this.#files.history(limit, before).map(({ task }) => this.#entries.get(task.id)?.record.task ?? task)
  }

  /** The running task of these kinds in this suite, so that a noun can refuse a second one. */
  running(kinds: readonly string[], scope: Scope): Task | undefined {
    const { cluster, namespace } = this.#suiteOf(scope)
    return this.#find(kinds, { cluster, namespace }, 'running')[0]?.task
  }

  /** Milliseconds by step, of the last run of this kind in this cluster that succeeded. */
  planned(kind: string, scope: Scope): Readonly<Record<string, number>> {
    return this.#durations.of(kind, this.#suiteOf(scope).cluster)
  }

  /**
   * Starts the work and returns at once; its journal is on disk by then. An error that `run` throws ends the task as failed (or
   * cancelled) and is shown in it.
   * @throws ConsoleError DISK_FULL, STORAGE_FAILED when the journal cannot be written: nothing was started
   */
  start(description: TaskDescription, run: (control: TaskControl) => Promise<void>): { taskId: string } {
    return this.#go(this.#begin(description), run)
  }

  /**
   * The same for work whose first step is done before the caller gets an answer, and whose refusal is the caller's answer: the journal
   * is on disk before `effect`. When that throws there is no task.
   */
  async startAfter(
    description: TaskDescription,
    effect: () => Promise<void>,
    run: (control: TaskControl) => Promise<void>,
  ): Promise<{ taskId: string }> {
    const record = this.#begin(description)
    const [first] = description.steps
    if (first) record.note({ event: 'step', at: this.#now(), id: first.id, state: 'running', detail: '' })
    try {
      await effect()
    } catch (thrown) {
      this.#files.remove(record.task.id)
      throw thrown
    }
    return this.#go(record, run)
  }

  /** @throws ConsoleError NOT_FOUND, BUSY when it is past the point of stopping */
  cancel(id: string): void {
    const { record, abort } = this.#entry(id)
    if (record.task.uncancellable) throw new ConsoleError('BUSY', record.task.uncancellable)
    abort.abort(new ConsoleError('CANCELLED', 'Stopped on request.'))
  }

  /** Takes an ended task from the list; it stays in the history. */
  dismiss(id: string): void {
    this.#mark(id, 'dismissed')
  }

  seen(ids: readonly string[]): void {
    for (const id of ids) this.#mark(id, 'seen')
  }

  /** Its end is in the audit log. */
  audited(id: string, sequence: number): void {
    const record = this.#entries.get(id)?.record
    record?.note({ event: 'audited', at: this.#now(), sequence })
    if (record?.kept.isDismissed) this.#archive(id)
  }

  /** Ended tasks whose end is not in the audit log, as far as the journals know. */
  unaudited(): Kept[] {
    return [...this.#entries.values()]
      .map(({ record }) => record.kept)
      .filter(({ task, isAudited }) => task.state !== 'running' && !isAudited)
  }

  /** @returns what only the engine knows about a task */
  kept(id: string): Kept {
    return this.#entry(id).record.kept
  }

  /** A line in the log of a task, also after its end. */
  log(id: string, level: Task['log'][number]['level'], text: string): void {
    this.#entries.get(id)?.record.note({ event: 'log', at: this.#now(), level, text }, false)
  }

  /** A noun says what can be done about its interrupted tasks. */
  explain(kinds: readonly string[], standingOf: StandingOf): void {
    for (const kind of kinds) this.#standings.set(kind, standingOf)
  }

  /** Asks the nouns about all interrupted tasks. Never rejects: what does not answer can be asked again. */
  async lookAtAll(): Promise<void> {
    const interrupted = [...this.#entries.values()].filter(({ record }) => record.task.state === 'interrupted')
    await Promise.all(interrupted.map(({ record }) => this.look(record.task.id)))
  }

  /** Asks the noun what became of an interrupted task and what can be done about it. @throws ConsoleError NOT_FOUND */
  async look(id: string): Promise<void> {
    const { record } = this.#entry(id)
    const standingOf = this.#standings.get(record.task.kind)
    if (record.task.state !== 'interrupted' || !standingOf) return
    try {
      const { offers, settled } = await standingOf(record.task)
      if (record.task.state !== 'interrupted') return
      if (settled) record.note({ event: 'settled', at: this.#now(), ...settled })
      else record.change({ offers: this.#isBeingSettled(record.task) ? [] : offers })
    } catch (thrown) {
      const { message } = asConsoleError(thrown)
      this.log(id, 'warn', `The cluster could not be asked what became of this task. ${message}`)
      record.change({ offers: [lookAgain] })
    }
  }

  /** Resolves when the task has ended, whatever its outcome. @throws ConsoleError NOT_FOUND */
  async ended(id: string): Promise<Task> {
    const entry = this.#entry(id)
    await entry.ended
    return entry.record.task
  }

  /** Stops what can be stopped; used when the engine closes. */
  async stop(): Promise<void> {
    for (const { record, abort } of this.#entries.values()) {
      if (!record.task.uncancellable) abort.abort(new ConsoleError('CANCELLED', 'The console was closed.'))
    }
    await Promise.allSettled([...this.#entries.values()].map((entry) => entry.ended))
  }

  /** Lines that still wait for room on the disk are tried for the last time. */
  close(): void {
    for (const { record } of this.#entries.values()) record.close()
  }

  #load(): void {
    // The console starts all the same: new work says itself what it cannot write.
    attempt('The history of tasks cannot be pruned', () => this.#files.prune())
    attempt('Tasks of earlier sessions', () => {
      for (const { kept, journal } of this.#files.left()) {
        const { id } = kept.task
        if ((kept.isDismissed || kept.task.seen) && kept.isAudited && kept.task.state !== 'interrupted') {
          attempt(`Task ${id} stays in the list`, () => this.#files.archive(id))
          continue
        }
        const record = this.#record(kept, journal)
        this.#entries.set(id, { record, abort: new AbortController(), ended: Promise.resolve() })
        if (kept.task.state === 'running') interrupt(record)
      }
    })
  }

  #begin({ scope, steps, settles, result = {}, ...rest }: TaskDescription): TaskRecord {
    const call = currentCall()
    const { cluster, namespace } = this.#suiteOf(scope)
    const planned = this.#durations.of(rest.kind, cluster)
    const at = this.#now()
    const first: Begun = {
      event: 'begun',
      at,
      settles,
      entry: call?.entry,
      task: {
        ...rest,
        ...{ cluster, namespace, context: scope.context, result },
        id: this.#newId(at),
        // The console's own work errs towards caution.
        ...{ call: call?.path ?? '', effect: call?.effect ?? 'destructive', startedAt: at },
        steps: steps.map((step) => ({ plannedMs: planned[step.id], ...step })),
      },
    }
    const journal = this.#files.journal(first.task.id)
    try {
      journal.append(first)
    } catch (error) {
      throw storageError(error, `the journal of "${rest.title}"`, journal.path)
    }
    return this.#record(begin(first), journal)
  }

  #record(kept: Kept, journal: ReturnType<TaskFiles['journal']>): TaskRecord {
    return new TaskRecord(kept, journal, this.#now, ({ task }) => {
      if (this.#entries.has(task.id)) this.changes.emit(task)
    })
  }

  #go(record: TaskRecord, run: (control: TaskControl) => Promise<void>): { taskId: string } {
    const abort = new AbortController()
    const { id } = record.task
    this.#entries.set(id, { record, abort, ended: this.#run(record, abort, run) })
    this.changes.emit(record.task)
    if (record.kept.settles) this.#hideOffers(record.kept)
    return { taskId: id }
  }

  async #run(record: TaskRecord, abort: AbortController, run: (control: TaskControl) => Promise<void>): Promise<void> {
    await Promise.resolve() // the caller gets the id before the first change is told
    try {
      await run(controlOf(record, abort.signal, this.#now))
      record.note({ event: 'ended', at: this.#now(), state: 'done' })
    } catch (thrown) {
      const error = asConsoleError(abort.signal.aborted ? (abort.signal.reason ?? thrown) : thrown)
      const state = error.code === 'CANCELLED' ? 'cancelled' : 'failed'
      record.note({ event: 'ended', at: this.#now(), state, fault: faultOf(error) })
    }
    // Nothing from here on can change how it ended.
    if (record.task.state === 'done') await this.#durations.remember(record.task)
    await this.#settleEarlier(record.kept)
  }

  /** What this one was to finish is finished; where it was not, it can be tried again. */
  async #settleEarlier({ task, settles }: Kept): Promise<void> {
    if (!settles) return
    for (const earlier of this.#find(settles.kinds, task, 'interrupted')) {
      if (task.state === 'done')
        earlier.note({ event: 'settled', at: this.#now(), state: settles.as, text: settles.text })
      else await this.look(earlier.task.id)
    }
  }

  #hideOffers({ task, settles }: Kept): void {
    for (const earlier of this.#find(settles?.kinds ?? [], task, 'interrupted')) earlier.change({ offers: [] })
  }

  #isBeingSettled(interrupted: Task): boolean {
    return [...this.#entries.values()].some(
      ({ record: { task, kept } }) =>
        task.state === 'running' &&
        this.#isSameSuite(task, interrupted) &&
        kept.settles?.kinds.includes(interrupted.kind),
    )
  }

  #find(kinds: readonly string[], suite: Suite, state: Task['state']): TaskRecord[] {
    return [...this.#entries.values()]
      .map(({ record }) => record)
      .filter(({ task }) => task.state === state && kinds.includes(task.kind))
      .filter(({ task }) => this.#isSameSuite(task, suite))
  }

  #isSameSuite(a: Suite, b: Suite): boolean {
    return a.namespace === b.namespace && this.#isSameCluster(a.cluster, b.cluster)
  }

  #mark(id: string, event: 'seen' | 'dismissed'): void {
    const record = this.#entries.get(id)?.record
    if (!record || record.task.state === 'running' || (event === 'seen' && record.task.seen)) return
    record.note({ event, at: this.#now() })
    if (record.kept.isDismissed && record.kept.isAudited) this.#archive(id)
  }

  #archive(id: string): void {
    try {
      this.#files.archive(id)
      this.#entries.delete(id)
    } catch (error) {
      // It stays where it is, and moves at the next start.
      console.error(error)
    }
  }

  #entry(id: string): Entry {
    const entry = this.#entries.get(id)
    if (entry) return entry
    throw new ConsoleError('NOT_FOUND', 'This task is no longer in the list. Its end is in the history of tasks.')
  }

  /** Sorts by time, also within one millisecond of this console. */
  #newId(at: number): string {
    this.#started += 1
    const count = this.#started.toString(36).padStart(4, '0')
    return `${at.toString(36).padStart(9, '0')}-${count}-${randomBytes(4).toString('hex')}`
  }
}

function attempt(what: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    console.error(`${what}:`, error)
  }
}
