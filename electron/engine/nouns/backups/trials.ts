import { join } from 'node:path'
import { z } from 'zod'
import type { Suite } from '#shared/contract/base.ts'
import type { DatabaseServer } from '../../ports/databaseServer.ts'
import { setAside } from '../../storage/fileProblems.ts'
import { JsonLines } from '../../storage/jsonLines.ts'
import { suiteFolder } from '../../storage/suiteFolder.ts'
import { createLike } from './newDatabase.ts'
import { withDatabaseLock } from './sessions.ts'
import { databaseNames, dropDatabase } from './swap.ts'

const line = z.discriminatedUnion('event', [
  z.object({ event: z.literal('intent'), name: z.string() }),
  z.object({ event: z.literal('made'), name: z.string(), oid: z.string() }),
  z.object({ event: z.literal('dropped'), name: z.string() }),
])

/** The scratch databases that this console made, so that it drops its own and no other console's. `<data>/restores/…/trials.jsonl` */
export class TrialDatabases {
  readonly #lines: JsonLines<z.infer<typeof line>>

  constructor(dataDirectory: string, suite: Suite) {
    this.#lines = new JsonLines(join(suiteFolder(join(dataDirectory, 'restores'), suite), 'trials.jsonl'), line)
  }

  async create(server: DatabaseServer, name: string): Promise<void> {
    this.#lines.append({ event: 'intent', name })
    const oid = await withDatabaseLock(server, (session) => createLike(session, server.database, name))
    this.#lines.append({ event: 'made', name, oid })
  }

  /** Drops one of them, or all that are left: what a killed console did not get to. @returns the names of those dropped */
  async drop(server: DatabaseServer, only?: string): Promise<string[]> {
    const left = this.left().filter(({ name }) => only === undefined || name === only)
    if (left.length === 0) return []
    return withDatabaseLock(server, async (session) => {
      const dropped: string[] = []
      for (const { name, oid } of left) {
        // Without a number the console died right after making it: the name holds an id that only this console knows.
        const number = oid ?? (await databaseNames(session)).find((database) => database.name === name)?.oid
        if (number !== undefined && (await dropDatabase(session, { oid: number, name })) === 'dropped')
          dropped.push(name)
        this.#lines.append({ event: 'dropped', name })
      }
      return dropped
    })
  }

  /** Those that were made and not dropped, as far as this console knows. */
  left(): { name: string; oid: string | undefined }[] {
    if (!this.#lines.exists) return []
    const left = new Map<string, string | undefined>()
    for (const entry of this.#readLines()) {
      if (entry.event === 'dropped') left.delete(entry.name)
      else left.set(entry.name, entry.event === 'made' ? entry.oid : undefined)
    }
    return [...left].map(([name, oid]) => ({ name, oid }))
  }

  #readLines(): z.infer<typeof line>[] {
    try {
      return this.#lines.read()
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const left =
        'Scratch databases of interrupted verifications, named agency_swarm_trial_…, may be left and are not dropped.'
      setAside(this.#lines.path, 'The list of scratch databases', reason, left)
      return []
    }
  }
}
