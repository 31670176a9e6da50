import { mkdirSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { environment, type Environment } from '#shared/contract/clusters.ts'

const file = z.object({
  environments: z.record(z.string(), environment).default({}),
  /** Whether the sandbox ran when the app was last used, so that it comes back by itself. */
  sandboxWanted: z.boolean().default(false),
})
type Remembered = z.infer<typeof file>

/** What the console remembers about clusters; the kubeconfig files themselves are never written. */
export class ClusterMemory {
  readonly #path: string
  #current: Remembered

  constructor(directory: string) {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    this.#path = join(directory, 'clusters.json')
    this.#current = readRemembered(this.#path)
  }

  get sandboxWanted(): boolean {
    return this.#current.sandboxWanted
  }

  environmentOf(cluster: string): Environment | undefined {
    return this.#current.environments[cluster]
  }

  setEnvironment(cluster: string, value: Environment): Promise<void> {
    return this.#save({ ...this.#current, environments: { ...this.#current.environments, [cluster]: value } })
  }

  setSandboxWanted(sandboxWanted: boolean): Promise<void> {
    return this.#save({ ...this.#current, sandboxWanted })
  }

  async #save(next: Remembered): Promise<void> {
    this.#current = next
    await writeFile(`${this.#path}.next`, JSON.stringify(next, null, 2))
    await rename(`${this.#path}.next`, this.#path)
  }
}

function readRemembered(path: string): Remembered {
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    // Absent or unreadable: the guesses apply again, which err towards caution.
    return file.parse({})
  }
}
