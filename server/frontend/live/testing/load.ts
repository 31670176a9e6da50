import { randomUUID } from 'node:crypto'
import type { Database } from '../../../database/connection.ts'

export interface Load {
  /** Ids of the tasks that are stored, in the order of their writing. */
  readonly written: string[]
  /** Ends the writing; every task that was begun is stored then. */
  readonly stop: () => Promise<void>
}

/** Writes tasks one after the other until it is stopped, through interruptions of the database: a lost answer is asked for again. */
export function writeTasks(database: Database, millisecondsBetween = 5): Load {
  const written: string[] = []
  let isStopped = false
  const write = async () => {
    while (!isStopped) {
      const values = { id: randomUUID(), title: `load ${written.length}`, input: 'words', model_tier: 'HAIKU' as const }
      for (;;) {
        try {
          await database
            .insertInto('archon_tasks')
            .values(values)
            .onConflict((conflict) => conflict.doNothing())
            .execute()
          break
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
      written.push(values.id)
      await new Promise((resolve) => setTimeout(resolve, millisecondsBetween))
    }
  }
  const running = write()
  return {
    written,
    stop: async () => {
      isStopped = true
      await running
    },
  }
}
