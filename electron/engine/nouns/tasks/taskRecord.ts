import type { Step, Task } from '#shared/contract/tasks.ts'
import { storageError } from '../../storage/durable.ts'
import type { JsonLines } from '../../storage/jsonLines.ts'
import { fold, type Kept, type Line } from './lines.ts'

/** Milliseconds until lines that could not be written are tried again. */
const retryAfter = 5_000

/** One task: its state in memory, and its journal. What happened is true whether or not it can be written. */
export class TaskRecord {
  readonly #journal: JsonLines<Line>
  readonly #onChange: (kept: Kept) => void
  readonly #now: () => number
  #kept: Kept
  /** Lines that are not on disk yet, oldest first. */
  #unwritten: { line: Line; durable: boolean }[] = []
  #retry: NodeJS.Timeout | undefined

  /** @param kept as it is on disk */
  constructor(kept: Kept, journal: JsonLines<Line>, now: () => number, onChange: (kept: Kept) => void) {
    this.#kept = kept
    this.#journal = journal
    this.#now = now
    this.#onChange = onChange
  }

  get kept(): Kept {
    return this.#kept
  }
  get task(): Task {
    return this.#kept.task
  }

  /** Everything it knows is on disk. */
  get isWritten(): boolean {
    return this.#unwritten.length === 0
  }

  /** Writes a line, flushed to the disk before this returns, and tells the task as it then is. Never throws. */
  note(line: Line, durable = true): void {
    this.#kept = fold(this.#kept, line)
    const couldWrite = this.isWritten
    this.#unwritten.push({ line, durable })
    const failure = this.#write()
    if (failure && couldWrite) this.#sayUnwritten(failure)
    this.#onChange(this.#kept)
  }

  /** Changes what is not worth a line: progress, details, what is offered. */
  change(changes: Partial<Task>): void {
    this.#kept = { ...this.#kept, task: { ...this.#kept.task, ...changes } }
    this.#onChange(this.#kept)
  }

  changeStep(id: string, changes: Partial<Step>): void {
    this.change({ steps: this.task.steps.map((step) => (step.id === id ? { ...step, ...changes } : step)) })
  }

  /** Tries for the last time. */
  close(): void {
    clearTimeout(this.#retry)
    const failure = this.#write()
    if (failure) console.error(`Task ${this.task.id} (${this.task.title}) is not on disk as it ended:`, failure)
    clearTimeout(this.#retry)
  }

  #write(): unknown {
    clearTimeout(this.#retry)
    try {
      for (let [next] = this.#unwritten; next; [next] = this.#unwritten) {
        this.#journal.append(next.line, next.durable)
        this.#unwritten.shift()
      }
      return undefined
    } catch (error) {
      this.#retry = setTimeout(() => void this.#write(), retryAfter)
      this.#retry.unref()
      return error
    }
  }

  #sayUnwritten(error: unknown): void {
    const { message } = storageError(error, 'the journal of this task', this.#journal.path)
    const text = `${message} The task continues and is shown as it is. Until the journal can be written, a restart of the console would show it as interrupted.`
    const line: Line = { event: 'log', at: this.#now(), level: 'warn', text }
    this.#kept = fold(this.#kept, line)
    this.#unwritten.push({ line, durable: false })
  }
}
