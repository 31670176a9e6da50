import { join } from 'node:path'
import { z } from 'zod'
import type { Task } from '#shared/contract/tasks.ts'
import { JsonFile } from '../../storage/jsonFile.ts'

const schema = z.record(z.string(), z.record(z.string(), z.number()))

/** Milliseconds each step took the last time it succeeded, by kind of task and cluster: the plan of the next run. */
export class StepDurations {
  readonly #file: JsonFile<z.infer<typeof schema>>

  constructor(directory: string) {
    const path = join(directory, 'step-durations.json')
    this.#file = new JsonFile({ path, schema, initial: {}, what: 'how long steps take' })
  }

  of(kind: Task['kind'], cluster: string): Record<string, number> {
    return this.#file.current[`${kind} ${cluster}`] ?? {}
  }

  /** Of a task that is done. Estimates are a comfort: where they cannot be saved the engine's log says so, and the task is done all the same. */
  async remember(task: Task): Promise<void> {
    const took: Record<string, number> = {}
    for (const step of task.steps) {
      if (step.state === 'done' && step.startedAt !== undefined && step.endedAt !== undefined) {
        took[step.id] = step.endedAt - step.startedAt
      }
    }
    await this.#file
      .update((known) => ({ ...known, [`${task.kind} ${task.cluster}`]: took }))
      .catch((error: unknown) => console.error(error))
  }
}
