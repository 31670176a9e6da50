import { join } from 'node:path'
import { z } from 'zod'
import { permissions, type Permission } from '#shared/contract/base.ts'
import { environment, type Environment } from '#shared/contract/clusters.ts'
import { JsonFile } from '../../storage/jsonFile.ts'
import { mostCareful } from './environment.ts'

/** Kubeconfig entries that are remembered; a rotated token makes a new one. */
const keptContexts = 1000

const file = z.object({
  /** By cluster; in the form of an earlier version by context, until the context's cluster is known. An unknown word is taken for the one that asks for most care. */
  environments: z.record(z.string(), environment.catch('production')).default({}).catch({}),
  /** What was learnt by each kubeconfig entry (by its identity), so that it is known before the cluster can be reached. */
  contexts: z
    .record(z.string(), z.object({ cluster: z.string().optional(), role: z.enum(permissions).optional() }))
    .default({})
    .catch({}),
  /** Former ids of clusters, each with the id that took its place; null where several clusters share it, so that it leads to none. */
  joins: z.record(z.string(), z.string().nullable()).default({}).catch({}),
  /** Whether the sandbox ran when the app was last used, so that it comes back by itself. */
  sandboxWanted: z.boolean().default(false).catch(false),
  /**
   * Programs of kubeconfigs that may run, as they were when the person allowed them. Entries in the form of an earlier version are asked
   * about again; the rest of the file stays.
   */
  programs: z
    .array(z.object({ path: z.string(), sha256: z.string(), call: z.string() }))
    .default([])
    .catch([]),
  /** Credentials that may be read and sent, as hashes of server and files. */
  credentials: z.array(z.string()).default([]).catch([]),
})
type Remembered = z.infer<typeof file>

const otherwise =
  'Environments are guessed from the names of contexts, roles are asked for, and programs of kubeconfigs ask before they run.'

/**
 * What the console remembers about clusters; the kubeconfig files themselves are never written. What a person decides is on disk when
 * the call returns. What was learnt in passing holds at once and is written behind: if it cannot be, it is learnt again.
 */
export class ClusterMemory {
  readonly #file: JsonFile<Remembered>
  #current: Remembered
  #writing: Promise<unknown> = Promise.resolve()

  constructor(directory: string) {
    const path = join(directory, 'clusters.json')
    // Without a file the guesses apply again, which err towards caution.
    this.#file = new JsonFile({
      path,
      schema: file,
      initial: file.parse({}),
      what: 'what is known about clusters',
      otherwise,
    })
    this.#current = this.#file.current
  }

  get sandboxWanted(): boolean {
    return this.#current.sandboxWanted
  }

  setSandboxWanted(sandboxWanted: boolean): Promise<void> {
    return this.#decide((current) => ({ ...current, sandboxWanted }))
  }

  environmentOf(cluster: string): Environment | undefined {
    return this.#current.environments[cluster]
  }

  setEnvironment(cluster: string, value: Environment): Promise<void> {
    return this.#decide((current) => ({ ...current, environments: { ...current.environments, [cluster]: value } }))
  }

  /** @returns whether anything was kept under the former id */
  moveEnvironment(from: string, to: string): boolean {
    if (this.#current.environments[from] === undefined) return false
    this.#learn((current) => {
      const { [from]: former, ...environments } = current.environments
      const there = environments[to]
      // Two contexts of one cluster that a person marked differently: the more careful one holds.
      if (former !== undefined) environments[to] = there === undefined ? former : mostCareful([there, former])
      return { ...current, environments }
    })
    return true
  }

  /** Marks a cluster as careful as the contexts that were found to lead to it. */
  raiseEnvironment(cluster: string, value: Environment): void {
    this.#learn((current) => ({ ...current, environments: { ...current.environments, [cluster]: value } }))
  }

  /** The cluster that a kubeconfig entry led to when it was last asked. */
  clusterOf(identity: string): string | undefined {
    return this.#current.contexts[identity]?.cluster
  }

  roleOf(identity: string): Permission | undefined {
    return this.#current.contexts[identity]?.role
  }

  rememberContext(identity: string, facts: { cluster?: string; role?: Permission }): void {
    const before = this.#current.contexts[identity]
    const next = { ...before, ...facts }
    if (before?.cluster === next.cluster && before?.role === next.role) return
    this.#learn((current) => {
      const others = Object.entries(current.contexts).filter(([key]) => key !== identity)
      const newest = Object.fromEntries(others.slice(1 - keptContexts))
      return { ...current, contexts: { ...newest, [identity]: next } }
    })
  }

  /** Ids whose place another one took, oldest first. */
  get formerIds(): string[] {
    return Object.keys(this.#current.joins)
  }

  /** The id that took the place of this one; null where it stands for several clusters. */
  joinOf(former: string): string | null | undefined {
    return this.#current.joins[former]
  }

  join(former: string, cluster: string | null): void {
    this.#learn((current) => ({ ...current, joins: { ...current.joins, [former]: cluster } }))
  }

  /** @param calls any of them suffices; see `programCalls.ts` */
  allowsProgram(path: string, sha256: string, calls: readonly string[]): boolean {
    return this.#current.programs.some(
      (program) => program.path === path && program.sha256 === sha256 && calls.includes(program.call),
    )
  }

  /** Forgets other versions of the file at this path: an earlier one may not come back unasked. */
  allowProgram(path: string, sha256: string, call: string): Promise<void> {
    return this.#decide((current) => {
      const others = current.programs.filter((program) => program.path !== path || program.sha256 === sha256)
      return { ...current, programs: [...others, { path, sha256, call }] }
    })
  }

  allowsCredentials(key: string): boolean {
    return this.#current.credentials.includes(key)
  }

  allowCredentials(key: string): Promise<void> {
    return this.#decide((current) => ({ ...current, credentials: [...new Set([...current.credentials, key])] }))
  }

  /** Resolves when everything learnt is on disk, or could not be written. */
  async settled(): Promise<void> {
    await this.#writing
  }

  /** @throws ConsoleError DISK_FULL, STORAGE_FAILED; what is remembered is then as it was */
  async #decide(change: (current: Remembered) => Remembered): Promise<void> {
    await this.#file.update(change)
    this.#current = change(this.#current)
  }

  #learn(change: (current: Remembered) => Remembered): void {
    this.#current = change(this.#current)
    this.#writing = this.#file.update(change).catch((error: unknown) => console.error(error))
  }
}
