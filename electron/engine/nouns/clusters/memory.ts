import { mkdirSync, readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { environment, type Environment } from '#shared/contract/clusters.ts'

const file = z.object({
  environments: z.record(z.string(), environment).default({}),
  /** Whether the sandbox ran when the app was last used, so that it comes back by itself. */
  sandboxWanted: z.boolean().default(false),
  /**
   * Programs of kubeconfigs that may run, as they were when the person allowed them. Entries in the form of an earlier version are asked
   * about again; the rest of the file stays.
   */
  programs: z
    .array(z.object({ path: z.string(), sha256: z.string(), call: z.string() }))
    .default([])
    .catch([]),
})
type Remembered = z.infer<typeof file>

/** What the console remembers about clusters; the kubeconfig files themselves are never written. */
export class ClusterMemory {
  readonly #path: string
  #current: Remembered
  #saving: Promise<void> = Promise.resolve()

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

  /** @param calls any of them suffices; see `programCalls.ts` */
  allowsProgram(path: string, sha256: string, calls: readonly string[]): boolean {
    return this.#current.programs.some(
      (program) => program.path === path && program.sha256 === sha256 && calls.includes(program.call),
    )
  }

  /** Forgets other versions of the file at this path: an earlier one may not come back unasked. */
  allowProgram(path: string, sha256: string, call: string): Promise<void> {
    const others = this.#current.programs.filter((program) => program.path !== path || program.sha256 === sha256)
    return this.#save({ ...this.#current, programs: [...others, { path, sha256, call }] })
  }

  setSandboxWanted(sandboxWanted: boolean): Promise<void> {
    return this.#save({ ...this.#current, sandboxWanted })
  }

  async #save(next: Remembered): Promise<void> {
    this.#current = next
    // One after the other: two writers of the same temporary file would take it from each other.
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#write())
    await this.#saving
  }

  async #write(): Promise<void> {
    await writeFile(`${this.#path}.next`, JSON.stringify(this.#current, null, 2), { mode: 0o600 })
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
