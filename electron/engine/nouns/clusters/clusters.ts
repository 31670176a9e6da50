import { statSync } from 'node:fs'
import type { Scope, Suite } from '#shared/contract/base.ts'
import type { Cluster, Environment } from '#shared/contract/clusters.ts'
import { asConsoleError, ConsoleError, faultOf } from '#shared/errors.ts'
import { Broadcast } from '../../flow/broadcast.ts'
import type { AuditLog } from '../audit/log.ts'
import type { ClusterDirectory, ClusterFacts } from '../../ports/directory.ts'
import type { Host, Variables } from '../../ports/host.ts'
import {
  connect,
  defaultSources,
  loadKubeconfigs,
  probe,
  type ClusterConnection,
  type ConnectOptions,
  type KubeContext,
  type KubeconfigSource,
} from '../../kube/index.ts'
import type { SettingsFile } from '../../storage/settings.ts'
import { guessEnvironment } from './environment.ts'
import { look, unreachable, type HealthFacts } from './health.ts'
import type { ClusterMemory } from './memory.ts'
import { Programs } from './programs.ts'
import { Sandbox } from './sandbox.ts'

export const sandboxId = 'sandbox'
export const suiteNamespace = 'agency-swarm'

/** Milliseconds between looks at a cluster that answers; the window shows the age of what it sees. */
const checkInterval = 30_000
/** Milliseconds between looks at the kubeconfig files; editors replace files, which a watch on the file does not survive. */
const reloadInterval = 2_000

export interface ClusterList {
  clusters: Cluster[]
  problems: { path: string; line?: number; message: string }[]
}

interface Known {
  context: KubeContext
  connection: ClusterConnection | undefined
  facts: HealthFacts
  checkedAt: number | undefined
  checking: AbortController | undefined
}

const nothingKnown: HealthFacts = { health: 'unknown', summary: 'Not checked yet', probe: [] }

/** The clusters this console knows: the sandbox and every context of the kubeconfig files, each with its connection and health. */
export class Clusters implements ClusterDirectory {
  readonly changes = new Broadcast<ClusterList>()
  readonly sandbox: Sandbox
  readonly #host: Host
  readonly #settings: SettingsFile
  readonly #memory: ClusterMemory
  readonly #programs: Programs
  #known = new Map<string, Known>()
  #problems: ClusterList['problems'] = []
  #fingerprint = ''
  #timers: NodeJS.Timeout[] = []
  /** The process's own until the person's is known; it says where the kubeconfig files are. */
  #variables: Variables = process.env
  #sandboxFault: ConsoleError | undefined

  constructor(host: Host, settings: SettingsFile, memory: ClusterMemory, audit: Pick<AuditLog, 'append'>) {
    this.#host = host
    this.#settings = settings
    this.#memory = memory
    this.#programs = new Programs({ host, memory, audit })
    this.sandbox = new Sandbox(host, () => this.#sandboxChanged())
  }

  start(): void {
    this.reload()
    void this.#host.environment.then((environment) => {
      this.#variables = environment
      this.reload()
    })
    this.#timers = [setInterval(() => this.reload(), reloadInterval), setInterval(() => this.checkAll(), checkInterval)]
    this.#settings.changes.on(() => this.reload())
    if (this.#memory.sandboxWanted) this.sandbox.start().catch((error: unknown) => this.#sandboxFailed(error))
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    const known = [...this.#known.values()]
    this.#known.clear()
    await Promise.allSettled(known.map((entry) => this.#drop(entry)))
  }

  list(): ClusterList {
    const clusters = [...this.#known].map(([id, known]) => this.#row(id, known))
    if (!this.#known.has(sandboxId)) clusters.push(this.#sandboxRow())
    return { clusters: clusters.sort((a, b) => order(a) - order(b)), problems: this.#problems }
  }

  facts(id: string): ClusterFacts {
    const known = this.#known.get(id)
    if (!known && id !== sandboxId) throw noCluster(id)
    return {
      name: known?.context.name ?? 'sandbox',
      environment: known ? this.#environment(id, known.context) : 'sandbox',
      role: known?.facts.role,
    }
  }

  suiteOf({ context, namespace }: Scope): Suite {
    return { cluster: context, namespace }
  }

  contextTo(cluster: string): string {
    this.facts(cluster)
    return cluster
  }

  async connection(id: string): Promise<ClusterConnection> {
    if (id === sandboxId && !this.#known.has(id)) {
      throw new ConsoleError(
        'SANDBOX_FAILED',
        'The sandbox is not running. Nothing was changed. Start it from the Fleet page.',
      )
    }
    const environment = await this.#host.environment
    const known = this.#known.get(id)
    if (!known) throw noCluster(id)
    known.connection ??= connect(known.context, this.#connectOptions(id, known.context, environment))
    return known.connection
  }

  reconnect(): void {
    for (const { connection } of this.#known.values()) connection?.reconnect()
    this.checkAll()
  }

  checkAll(): void {
    for (const id of this.#known.keys()) void this.check(id)
  }

  /** Probes one cluster and looks at its suite; the outcome is in its row, never thrown. */
  async check(id: string): Promise<void> {
    const known = this.#known.get(id)
    if (!known || known.checking) return
    const checking = new AbortController()
    known.checking = checking
    if (known.checkedAt === undefined) this.#emit()
    try {
      await this.#programs.settle(id, known.context)
      checking.signal.throwIfAborted()
      const options = this.#connectOptions(id, known.context, await this.#host.environment)
      const result = await probe(known.context, { ...options, signal: checking.signal })
      known.facts = result.reachable
        ? await look(await this.connection(id), suiteNamespaceOf(known.context), result, checking.signal)
        : { ...unreachable(result), ...lastKnown(known.facts) }
    } catch (thrown) {
      if (checking.signal.aborted) return
      const fault = faultOf(thrown)
      known.facts = { ...known.facts, health: 'unreachable', summary: fault.message, fault }
    } finally {
      known.checking = undefined
    }
    known.checkedAt = this.#host.now()
    this.#emit()
  }

  async setEnvironment(id: string, environment: Environment): Promise<void> {
    this.facts(id)
    await this.#memory.setEnvironment(id, environment)
    this.#emit()
  }

  async startSandbox(): Promise<void> {
    await this.#memory.setSandboxWanted(true)
    await this.sandbox.start()
    this.reload()
    await this.check(sandboxId)
  }

  async stopSandbox(): Promise<void> {
    await this.#memory.setSandboxWanted(false)
    await this.sandbox.stop()
  }

  async resetSandbox(): Promise<void> {
    await this.#memory.setSandboxWanted(false)
    await this.sandbox.reset()
  }

  /** Reads the kubeconfig files again when one of them, or the list of them, changed. A running connection of an unchanged context stays. */
  reload(): void {
    const sources = this.#sources()
    const fingerprint = JSON.stringify(sources.map((source) => [source.path, stamp(source.path)]))
    if (fingerprint === this.#fingerprint) return
    this.#fingerprint = fingerprint
    const { contexts, problems } = loadKubeconfigs(sources)
    this.#problems = problems
    const next = new Map<string, Known>()
    for (const context of contexts) {
      const id = idOf(context)
      if (id === undefined) continue
      const before = this.#known.get(id)
      if (before?.context.identity === context.identity) next.set(id, before)
      else
        next.set(id, { context, connection: undefined, facts: nothingKnown, checkedAt: undefined, checking: undefined })
    }
    for (const [id, known] of this.#known) if (next.get(id) !== known) void this.#drop(known)
    this.#known = next
    this.#emit()
    for (const [id, known] of next) if (known.checkedAt === undefined) void this.check(id)
  }

  #connectOptions(id: string, context: KubeContext, environment: Variables): ConnectOptions {
    return { environment, allowExecPlugin: this.#programs.allowFor(id, context) }
  }

  #sources(): KubeconfigSource[] {
    const added = this.#settings.current.kubeconfigFiles.map((path): KubeconfigSource => ({ path, kind: 'added' }))
    const sandbox = this.sandbox.kubeconfig
    return [
      ...(sandbox === undefined ? [] : [{ path: sandbox, kind: 'sandbox' } as const]),
      ...defaultSources(this.#variables),
      ...added,
    ]
  }

  async #drop(known: Known): Promise<void> {
    known.checking?.abort()
    await known.connection?.close()
  }

  /** Both users of the sandbox are in the sandbox. */
  #environment(id: string, context: KubeContext): Environment {
    if (context.source.kind === 'sandbox') return 'sandbox'
    return this.#memory.environmentOf(id) ?? guessEnvironment(context.name)
  }

  #row(id: string, known: Known): Cluster {
    return {
      ...known.facts,
      ...(known.checkedAt === undefined && known.checking ? { health: 'checking' as const, summary: 'Checking' } : {}),
      id,
      name: known.context.name,
      environment: this.#environment(id, known.context),
      source: known.context.source.kind === 'sandbox' ? 'built in' : known.context.source.path,
      server: known.context.cluster.server,
      namespace: suiteNamespaceOf(known.context),
      ...(known.checkedAt === undefined ? {} : { checkedAt: known.checkedAt }),
    }
  }

  #sandboxRow(): Cluster {
    const starting = this.sandbox.state === 'starting'
    return {
      id: sandboxId,
      name: 'sandbox',
      environment: 'sandbox',
      source: 'built in',
      server: '',
      namespace: suiteNamespace,
      health: starting ? 'starting' : 'stopped',
      summary: starting
        ? 'Starting'
        : (this.#sandboxFault?.message ?? 'Not running. Its objects and volumes are kept.'),
      probe: [],
      ...(this.#sandboxFault ? { fault: faultOf(this.#sandboxFault) } : {}),
    }
  }

  #sandboxFailed(thrown: unknown): void {
    this.#sandboxFault = asConsoleError(thrown)
    this.#emit()
  }

  #sandboxChanged(): void {
    if (this.sandbox.state !== 'stopped') this.#sandboxFault = undefined
    this.reload()
    this.#emit()
  }

  #emit(): void {
    this.changes.emit(this.list())
  }
}

/** The sandbox's own file also holds its restricted user, who appears as a context of its own. */
function idOf(context: KubeContext): string | undefined {
  if (context.source.kind !== 'sandbox') return `context:${context.name}`
  return context.name === 'sandbox' ? sandboxId : `context:${context.name}`
}

function suiteNamespaceOf(context: KubeContext): string {
  return context.namespace !== undefined && context.namespace !== 'default' ? context.namespace : suiteNamespace
}

/** An unreachable cluster keeps the figures of the last good look; their time is `checkedAt` of then. */
function lastKnown(facts: HealthFacts): Partial<HealthFacts> {
  const { version, nodes, pods, suiteVersion, role } = facts
  return Object.fromEntries(
    Object.entries({ version, nodes, pods, suiteVersion, role }).filter(([, value]) => value !== undefined),
  )
}

const environmentOrder: Environment[] = ['production', 'staging', 'edge', 'other', 'sandbox']

function order(cluster: Cluster): number {
  return environmentOrder.indexOf(cluster.environment)
}

function noCluster(id: string): ConsoleError {
  return new ConsoleError(
    'NO_CLUSTER',
    'This cluster is no longer in any kubeconfig file. Nothing was changed. Choose another cluster, or add the file again.',
    { cluster: id },
  )
}

/** Changes whenever the file's content may have. */
function stamp(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false })
  return found ? `${found.mtimeMs} ${found.size} ${found.ino}` : 'absent'
}
