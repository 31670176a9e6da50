import { mkdirSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Task } from '#shared/contract/tasks.ts'

const file = z.record(z.string(), z.record(z.string(), z.number()))

/** Milliseconds each step took the last time it succeeded, by kind of task and cluster: the plan of the next run. */
export class StepDurations {
  readonly #path: string
  #known: z.infer<typeof file>

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true })
    this.#path = join(directory, 'step-durations.json')
    this.#known = readKnown(this.#path)
  }

  of(kind: Task['kind'], cluster: string): Record<string, number> {
    return this.#known[`${kind} ${cluster}`] ?? {}
  }

  async remember(task: Task): Promise<void> {
    const took: Record<string, number> = {}
    for (const step of task.steps) {
      if (step.state === 'done' && step.startedAt !== undefined && step.endedAt !== undefined) {
        took[step.id] = step.endedAt - step.startedAt
      }
    }
    this.#known = { ...this.#known, [`${task.kind} ${task.cluster}`]: took }
    const next = `${this.#path}.next`
    await writeFile(next, JSON.stringify(this.#known))
    await rename(next, this.#path)
  }
}

/** Estimates are a comfort: a file that cannot be read means there are none yet. */
function readKnown(path: string): z.infer<typeof file> {
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return {}
  }
}
