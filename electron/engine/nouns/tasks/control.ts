import type { Step, Task } from '#shared/contract/tasks.ts'
import type { TaskRecord } from './taskRecord.ts'

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
  log(level: Task['log'][number]['level'], text: string): void
  /** From here on stopping is refused with this reason; an empty reason allows it again. */
  uncancellable(reason: string): void
  result(values: Record<string, string>): void
}

/** The beginning and the end of a step are on disk before what follows them. */
export function controlOf(record: TaskRecord, signal: AbortSignal, now: () => number): TaskControl {
  const stepOf = (id: string): Step => {
    const found = record.task.steps.find((step) => step.id === id)
    if (!found) throw new Error(`task ${record.task.kind} has no step ${id}`)
    return found
  }
  const note = (id: string, state: Step['state'], detail = stepOf(id).detail) =>
    record.note({ event: 'step', at: now(), id, state, detail })
  return {
    id: record.task.id,
    signal,
    step: async (id, run) => {
      signal.throwIfAborted()
      note(id, 'running')
      try {
        const value = await run({
          detail: (detail) => record.changeStep(id, { detail }),
          progress: (progress) => record.changeStep(id, { progress }),
        })
        note(id, 'done')
        return value
      } catch (thrown) {
        note(id, 'failed')
        throw thrown
      }
    },
    skip: (id, reason) => note(id, 'skipped', reason),
    undone: (id) => note(id, 'undone'),
    log: (level, text) => record.note({ event: 'log', at: now(), level, text }, false),
    uncancellable: (uncancellable) => record.change({ uncancellable }),
    result: (values) => record.note({ event: 'result', at: now(), values }),
  }
}
