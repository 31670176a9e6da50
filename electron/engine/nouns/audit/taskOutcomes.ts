import type { Task } from '#shared/contract/tasks.ts'
import { asConsoleError } from '#shared/errors.ts'
import type { Kept } from '../tasks/lines.ts'
import type { Tasks } from '../tasks/tasks.ts'
import type { AuditFact, AuditLog } from './log.ts'

/** Milliseconds until an entry that could not be written is tried again. */
const retryAfter = 5_000

/**
 * A call that starts a task has the entry `started`; how the task ended is one more entry, also when the console ended in between: then
 * the next start writes it.
 */
export class TaskOutcomes {
  readonly #tasks: Tasks
  readonly #audit: AuditLog
  readonly #afterwards: (task: Task) => Promise<void>
  readonly #writing = new Map<string, Promise<void>>()
  #isStopped = false
  readonly #waiting = new Map<string, NodeJS.Timeout>()

  /** @param afterwards is done when the entry of an end of this session is on disk; the task does not wait for it */
  constructor(tasks: Tasks, audit: AuditLog, afterwards: (task: Task) => Promise<void> = () => Promise.resolve()) {
    this.#tasks = tasks
    this.#audit = audit
    this.#afterwards = afterwards
  }

  /** How many ends of tasks are not in the log yet, because it cannot be written. */
  get unwritten(): number {
    return this.#waiting.size
  }

  /** @returns the entries of the calls that started the tasks whose ends an earlier session did not write */
  start(): ReadonlySet<number> {
    const left = this.#tasks.unaudited()
    for (const { task } of left) this.#record(task.id, true)
    this.#tasks.changes.on(({ id, state }) => {
      if (state !== 'running') this.#record(id, false)
    })
    return new Set(left.flatMap(({ entry }) => entry ?? []))
  }

  /** Resolves when everything that can be written is. */
  async stop(): Promise<void> {
    this.#isStopped = true
    for (const [id, timer] of this.#waiting) {
      clearTimeout(timer)
      this.#waiting.delete(id)
      this.#record(id, true)
    }
    await Promise.all(this.#writing.values())
    for (const timer of this.#waiting.values()) clearTimeout(timer)
  }

  /** @param mayBeThere an earlier try, or an earlier session, may have written it already */
  #record(id: string, mayBeThere: boolean): void {
    if (this.#writing.has(id) || this.#waiting.has(id) || this.#tasks.kept(id).isAudited) return
    const written = this.#write(this.#tasks.kept(id), mayBeThere)
      .catch((thrown: unknown) => this.#later(id, thrown))
      .finally(() => this.#writing.delete(id))
    this.#writing.set(id, written)
  }

  async #write(kept: Kept, mayBeThere: boolean): Promise<void> {
    const { task } = kept
    const isSame = ({ details, outcome }: AuditFact) => details['task'] === task.id && outcome !== 'started'
    const known = mayBeThere ? await this.#audit.findSince(task.startedAt, isSame) : undefined
    const { sequence } = known ?? (await this.#audit.append(endOf(kept)))
    this.#tasks.audited(task.id, sequence)
    if (!this.#isStopped && !mayBeThere) void this.#afterwards(task).catch((thrown: unknown) => console.error(thrown))
  }

  #later(id: string, thrown: unknown): void {
    const { message } = asConsoleError(thrown)
    const retry = () => {
      this.#waiting.delete(id)
      this.#record(id, true)
    }
    const timer = setTimeout(retry, retryAfter)
    timer.unref()
    this.#waiting.set(id, timer)
    console.error(`The end of task ${id} is not in the audit log:`, thrown)
    this.#tasks.log(id, 'warn', `The end of this task is not in the audit log yet. ${message} The console tries again.`)
  }
}

function endOf({ task, entry }: Kept): AuditFact {
  const { id, call, kind, title, by, cluster, namespace, effect, state, result, endedAt, fault } = task
  return {
    by,
    action: call || `tasks.${kind}`,
    summary: title,
    cluster,
    namespace,
    effect,
    outcome: state === 'running' ? 'interrupted' : state,
    details: {
      task: id,
      state,
      steps: task.steps.map((step) => `${step.id}: ${step.state}`),
      result,
      endedAt,
      ...(entry !== undefined && { started: entry }),
      ...(fault && { code: fault.code, message: fault.message }),
    },
  }
}
