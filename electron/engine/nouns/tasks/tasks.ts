import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { step, task } from '#shared/contract/tasks.ts'
import { asConsoleError, ConsoleError, faultOf } from '#shared/errors.ts'
import { Broadcast } from '../../flow/broadcast.ts'
import { StepDurations } from './durations.ts'

export type Task = z.infer<typeof task>
export type Step = z.infer<typeof step>
type LogLevel = Task['log'][number]['level']

const keptLogLines = 200

/** What a step may say about itself while it runs. */
export interface StepControl {
  detail(text: string): void
  progress(progress: NonNullable<Step['progress']>): void
}

/** What the body of a task may do. */
export interface TaskControl {
  readonly id: string
  /** Aborted when the person stops the task, unless it is uncancellable at that moment. */
  readonly signal: AbortSignal
  /** Runs one of the announced steps: waiting -> running -> done, or failed when `run` throws (and throws on). */
  step<T>(id: string, run: (control: StepControl) => Promise<T>): Promise<T>
  skip(id: string, reason: string): void
  undone(id: string): void
  log(level: LogLevel, text: string): void
  /** From here on stopping is refused with this reason; an empty reason allows it again. */
  uncancellable(reason: string): void
  result(values: Record<string, string>): void
}

export interface TaskDescription {
  kind: Task['kind']
  cluster: string
  namespace: string
  title: string
  by: string
  steps: { id: string; title: string; group: Step['group']; plannedMs?: number }[]
}

/** Long work that survives page changes: every emission is a changed task, whole. */
export class Tasks {
  readonly changes = new Broadcast<Task>()
  readonly #tasks = new Map<string, { task: Task; abort: AbortController; ended: Promise<void> }>()
  readonly #durations: StepDurations
  readonly #now: () => number

  /** @param directory where the durations of earlier runs are kept */
  constructor(directory: string, now: () => number = Date.now) {
    this.#durations = new StepDurations(directory)
    this.#now = now
  }

  all(): Task[] {
    return [...this.#tasks.values()].map((entry) => structuredClone(entry.task))
  }

  /** The running task of this kind in this namespace, so that a noun can refuse a second one. */
  running(kinds: Task['kind'][], cluster: string, namespace: string): Task | undefined {
    return this.all().find(
      (t) => t.state === 'running' && kinds.includes(t.kind) && t.cluster === cluster && t.namespace === namespace,
    )
  }

  /**
   * Starts the work and returns at once. An error that `run` throws ends the task as failed (or cancelled) and is shown in it.
   */
  start(description: TaskDescription, run: (control: TaskControl) => Promise<void>): { taskId: string } {
    const planned = this.#durations.of(description.kind, description.cluster)
    const { steps, ...rest } = description
    const task: Task = {
      ...rest,
      id: randomUUID(),
      state: 'running',
      startedAt: this.#now(),
      uncancellable: '',
      log: [],
      result: {},
      steps: steps.map((s) => ({ plannedMs: planned[s.id], ...s, state: 'waiting', detail: '' })),
    }
    const abort = new AbortController()
    this.#tasks.set(task.id, { task, abort, ended: this.#run(task, abort, run) })
    this.#emit(task)
    return { taskId: task.id }
  }

  /** @throws ConsoleError NOT_FOUND, BUSY when it is past the point of stopping */
  cancel(id: string): void {
    const entry = this.#tasks.get(id)
    if (!entry) throw new ConsoleError('NOT_FOUND', 'This task has already gone from the list. Nothing was stopped.')
    if (entry.task.uncancellable) throw new ConsoleError('BUSY', entry.task.uncancellable)
    entry.abort.abort(new ConsoleError('CANCELLED', 'Stopped on request.'))
  }

  dismiss(id: string): void {
    if (this.#tasks.get(id)?.task.state !== 'running') this.#tasks.delete(id)
  }

  /** Resolves when the task has ended, whatever its outcome. */
  async ended(id: string): Promise<Task> {
    const entry = this.#tasks.get(id)
    if (!entry) throw new ConsoleError('NOT_FOUND', 'There is no such task.')
    await entry.ended
    return structuredClone(entry.task)
  }

  /** Stops what can be stopped; used when the engine closes. */
  async stop(): Promise<void> {
    for (const { task, abort } of this.#tasks.values()) {
      if (!task.uncancellable) abort.abort(new ConsoleError('CANCELLED', 'The console was closed.'))
    }
    await Promise.allSettled([...this.#tasks.values()].map((entry) => entry.ended))
  }

  async #run(task: Task, abort: AbortController, run: (control: TaskControl) => Promise<void>): Promise<void> {
    await Promise.resolve() // the caller gets the id before the first change is told
    try {
      await run(this.#control(task, abort.signal))
      task.state = 'done'
    } catch (thrown) {
      const error = asConsoleError(abort.signal.aborted ? (abort.signal.reason ?? thrown) : thrown)
      task.state = error.code === 'CANCELLED' ? 'cancelled' : 'failed'
      task.fault = faultOf(error)
    }
    task.endedAt = this.#now()
    task.uncancellable = ''
    this.#emit(task)
    if (task.state === 'done') await this.#durations.remember(task)
  }

  #control(task: Task, signal: AbortSignal): TaskControl {
    const find = (id: string): Step => {
      const found = task.steps.find((s) => s.id === id)
      if (!found) throw new Error(`task ${task.kind} has no step ${id}`)
      return found
    }
    const change = (id: string, values: Partial<Step>) => {
      Object.assign(find(id), values)
      this.#emit(task)
    }
    return {
      id: task.id,
      signal,
      step: async (id, run) => {
        signal.throwIfAborted()
        change(id, { state: 'running', startedAt: this.#now() })
        try {
          const value = await run({
            detail: (detail) => change(id, { detail }),
            progress: (progress) => change(id, { progress }),
          })
          change(id, { state: 'done', endedAt: this.#now() })
          return value
        } catch (thrown) {
          change(id, { state: 'failed', endedAt: this.#now() })
          throw thrown
        }
      },
      skip: (id, detail) => change(id, { state: 'skipped', detail }),
      undone: (id) => change(id, { state: 'undone' }),
      log: (level, text) => {
        task.log.push({ at: this.#now(), level, text })
        if (task.log.length > keptLogLines) task.log.shift()
        this.#emit(task)
      },
      uncancellable: (reason) => {
        task.uncancellable = reason
        this.#emit(task)
      },
      result: (values) => {
        Object.assign(task.result, values)
        this.#emit(task)
      },
    }
  }

  #emit(task: Task): void {
    this.changes.emit(structuredClone(task))
  }
}
