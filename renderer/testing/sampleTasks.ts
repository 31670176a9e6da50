import type { Task } from '#shared/contract/tasks.ts'

/** What starts them. */
const calls: Record<string, string> = {
  rollout: 'rollouts.change',
  migrate: 'migrations.run',
  undoMigration: 'migrations.undo',
}

/** Invented tasks: each runs for a moment, then is done. */
export class SampleTasks {
  readonly #milliseconds: number
  readonly #tasks: Task[]
  readonly #listeners = new Set<(task: Task) => void>()

  /**
   * @param milliseconds how long each takes
   * @param begun tasks that are there already; they stay as they are
   */
  constructor(milliseconds = 50, begun: readonly Task[] = []) {
    this.#milliseconds = milliseconds
    this.#tasks = [...begun]
  }

  start(task: Pick<Task, 'kind' | 'cluster' | 'namespace' | 'title' | 'result'> & { steps: string[] }): string {
    const id = `task-${this.#tasks.length + 1}`
    const startedAt = Date.now()
    const running: Task = {
      ...task,
      id,
      call: calls[task.kind] ?? '',
      effect: 'destructive',
      context: task.cluster,
      offers: [],
      seen: false,
      state: 'running',
      steps: task.steps.map((title, index) => ({
        id: `step-${index}`,
        title,
        state: index === 0 ? 'running' : 'waiting',
        detail: index === 0 ? '1 of 2 new pods ready.' : '',
        ...(index === 0 ? { startedAt } : {}),
        group: 'change',
      })),
      log: [],
      startedAt,
      by: 'maya',
      uncancellable: '',
    }
    this.publish(running)
    setTimeout(() => {
      const endedAt = Date.now()
      const steps = running.steps.map((step) => ({ ...step, state: 'done' as const, detail: '', startedAt, endedAt }))
      this.publish({ ...running, state: 'done', steps, endedAt })
    }, this.#milliseconds)
    return id
  }

  /** Newest first. */
  history(): Task[] {
    return [...this.#tasks].reverse()
  }

  async *watch(signal?: AbortSignal): AsyncGenerator<Task[]> {
    let waiting = [...this.#tasks]
    let wake: () => void = () => undefined
    const listener = (task: Task) => {
      waiting.push(task)
      wake()
    }
    this.#listeners.add(listener)
    signal?.addEventListener('abort', () => wake())
    try {
      yield waiting
      waiting = []
      while (!signal?.aborted) {
        if (waiting.length === 0) await new Promise<void>((resolve) => (wake = resolve))
        const batch = waiting
        waiting = []
        if (batch.length > 0) yield batch
      }
    } finally {
      this.#listeners.delete(listener)
    }
  }

  /** Tells everyone of a new or changed task. */
  publish(task: Task): void {
    const index = this.#tasks.findIndex((each) => each.id === task.id)
    if (index < 0) this.#tasks.push(task)
    else this.#tasks[index] = task
    for (const listener of this.#listeners) listener(task)
  }
}
