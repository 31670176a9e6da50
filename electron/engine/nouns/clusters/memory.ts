import { join } from 'node:path'
import { z } from 'zod'
import { environment, type Environment } from '#shared/contract/clusters.ts'
import { JsonFile } from '../../storage/jsonFile.ts'

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
/** What the console remembers about clusters; the kubeconfig files themselves are never written. */
export class ClusterMemory {
  readonly #file: JsonFile<z.infer<typeof file>>

  constructor(directory: string) {
    const path = join(directory, 'clusters.json')
    // Without a file the guesses apply again, which err towards caution.
    this.#file = new JsonFile({ path, schema: file, initial: file.parse({}), what: 'what is known about clusters' })
  }

  get sandboxWanted(): boolean {
    return this.#file.current.sandboxWanted
  }

  environmentOf(cluster: string): Environment | undefined {
    return this.#file.current.environments[cluster]
  }

  async setEnvironment(cluster: string, value: Environment): Promise<void> {
    await this.#file.update((current) => ({
      ...current,
      environments: { ...current.environments, [cluster]: value },
    }))
  }

  /** @param calls any of them suffices; see `programCalls.ts` */
  allowsProgram(path: string, sha256: string, calls: readonly string[]): boolean {
    return this.#file.current.programs.some(
      (program) => program.path === path && program.sha256 === sha256 && calls.includes(program.call),
    )
  }

  /** Forgets other versions of the file at this path: an earlier one may not come back unasked. */
  async allowProgram(path: string, sha256: string, call: string): Promise<void> {
    await this.#file.update((current) => {
      const others = current.programs.filter((program) => program.path !== path || program.sha256 === sha256)
      return { ...current, programs: [...others, { path, sha256, call }] }
    })
  }

  async setSandboxWanted(sandboxWanted: boolean): Promise<void> {
    await this.#file.update((current) => ({ ...current, sandboxWanted }))
  }
}
