import { statSync } from 'node:fs'
import {
  loadKubeconfigs,
  type ClusterConnection,
  type KubeconfigProblem,
  type KubeconfigSource,
  type KubeContext,
} from '../../kube/index.ts'
import { contextIdOf } from './contextIds.ts'
import type { HealthFacts } from './health.ts'
import type { SuitesSeen } from './suites.ts'

/** A context, its connection and what was last seen by it. */
export interface KnownContext {
  readonly id: string
  readonly context: KubeContext
  connection: ClusterConnection | undefined
  facts: HealthFacts
  suites: SuitesSeen
  /** When it was last checked in any way, and when nodes, pods and suites were last read. */
  checkedAt: number | undefined
  lookedAt: number | undefined
  /** When somebody last asked for its connection. */
  usedAt: number
  checking: { abort: AbortController; isClose: boolean; ended: Promise<void> } | undefined
}

const nothingKnown: HealthFacts = { health: 'unknown', summary: 'Not checked yet', probe: [] }

/** The contexts of all kubeconfig files, read again when a file changes. What is known of an unchanged context stays. */
export class Contexts {
  readonly #sources: () => KubeconfigSource[]
  readonly #onRemoved: (removed: KnownContext) => void
  #known = new Map<string, KnownContext>()
  #problems: KubeconfigProblem[] = []
  #fingerprint = ''

  /** @param onRemoved called for each context that is gone, or that changed and begins from nothing */
  constructor(sources: () => KubeconfigSource[], onRemoved: (removed: KnownContext) => void) {
    this.#sources = sources
    this.#onRemoved = onRemoved
  }

  get problems(): readonly KubeconfigProblem[] {
    return this.#problems
  }

  /** In the order of the files. */
  all(): KnownContext[] {
    return [...this.#known.values()]
  }

  get(id: string): KnownContext | undefined {
    return this.#known.get(id)
  }

  /** @returns whether anything may have changed */
  reload(): boolean {
    const sources = this.#sources()
    const fingerprint = JSON.stringify(sources.map((source) => [source.path, stamp(source.path)]))
    if (fingerprint === this.#fingerprint) return false
    this.#fingerprint = fingerprint
    const { contexts, problems } = loadKubeconfigs(sources)
    this.#problems = problems
    const next = new Map<string, KnownContext>()
    for (const context of contexts) {
      const id = contextIdOf(context)
      const before = this.#known.get(id)
      next.set(id, before?.context.identity === context.identity ? before : begin(id, context))
    }
    for (const [id, known] of this.#known) if (next.get(id) !== known) this.#onRemoved(known)
    this.#known = next
    return true
  }

  clear(): void {
    const known = this.all()
    this.#known.clear()
    for (const each of known) this.#onRemoved(each)
  }
}

function begin(id: string, context: KubeContext): KnownContext {
  return {
    id,
    context,
    connection: undefined,
    facts: nothingKnown,
    suites: { seen: 'notAsked', suites: [] },
    checkedAt: undefined,
    lookedAt: undefined,
    usedAt: 0,
    checking: undefined,
  }
}

/** Changes whenever the file's content, or why it cannot be read, may have. */
function stamp(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}
