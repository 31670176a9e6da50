import { type Scope, type Suite } from '#shared/contract/base.ts'
import type { ClusterRow, ContextRow, Environment, SuiteRow } from '#shared/contract/clusters.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { LiveLists } from '../../objects/liveLists.ts'
import { podKind } from '../../objects/pods/podFacts.ts'
import { Broadcast } from '../../flow/broadcast.ts'
import {
  defaultSources,
  type ClusterConnection,
  type KubeconfigProblem,
  type KubeconfigSource,
} from '../../kube/index.ts'
import type { ClusterDirectory, ClusterFacts } from '../../ports/directory.ts'
import type { Host, Variables } from '../../ports/host.ts'
import type { SettingsFile } from '../../storage/settings.ts'
import type { AuditLog } from '../audit/log.ts'
import { Checks } from './checks.ts'
import { Connections } from './connections.ts'
import { Contexts, type KnownContext } from './contexts.ts'
import { CredentialConsent } from './credentialConsent.ts'
import { guessEnvironment, mostCareful } from './environment.ts'
import { Identities } from './identities.ts'
import { sandboxId } from './identity.ts'
import { LastBackups } from './lastBackups.ts'
import type { ClusterMemory } from './memory.ts'
import { Programs } from './programs.ts'
import { Questions } from './questions.ts'
import { bestFirst, byEnvironment, clusterRows, contextRow, namespaceOf, suiteNamespace, type Place } from './rows.ts'
import { SandboxContext } from './sandboxContext.ts'

/** Milliseconds between looks at the kubeconfig files; editors replace files, which a watch on the file does not survive. */
const reloadInterval = 2_000

export interface ClusterList {
  contexts: ContextRow[]
  clusters: ClusterRow[]
  problems: KubeconfigProblem[]
}

export interface ClustersNeeds {
  host: Host
  settings: SettingsFile
  memory: ClusterMemory
  audit: Pick<AuditLog, 'append'>
  /** Folders that hold one folder per cluster, and move with its id. */
  roots: readonly string[]
  /** Whether work on this cluster is under way. */
  isBusy: (cluster: string) => boolean
  /** What is being read of clusters anyway. */
  lists: Pick<LiveLists, 'peek'>
  /** The newest backup of a suite; undefined when there is none. */
  lastBackup: (suite: Suite) => Promise<SuiteRow['lastBackup']>
}

/** The clusters this console knows, and the contexts that lead to them: the sandbox and all of the kubeconfig files. */
export class Clusters implements ClusterDirectory {
  readonly changes = new Broadcast<ClusterList>()
  readonly sandbox: SandboxContext
  readonly checks: Checks
  readonly #needs: ClustersNeeds
  readonly #contexts: Contexts
  readonly #connections: Connections
  readonly #identities: Identities
  readonly #backups: LastBackups
  #timer: NodeJS.Timeout | undefined
  /** The process's own until the person's is known; it says where the kubeconfig files are. */
  #variables: Variables = process.env

  constructor(needs: ClustersNeeds) {
    const { host, memory, audit, roots, isBusy } = needs
    this.#needs = needs
    this.sandbox = new SandboxContext(host, memory, () => this.reload(true))
    this.#identities = new Identities({ memory, roots, isBusy, audit, by: host.user })
    const questions = new Questions()
    const programs = new Programs({ host, memory, audit, questions })
    const credentials = new CredentialConsent({ host, memory, audit, questions })
    this.#connections = new Connections(
      host,
      { programs, credentials },
      (known) => this.#identities.of(known.context).id,
    )
    this.#contexts = new Contexts(
      () => this.#sources(),
      (removed) => void this.#connections.drop(removed),
    )
    this.#backups = new LastBackups(needs.lastBackup, () => this.#emit())
    this.checks = new Checks({
      contexts: this.#contexts,
      connections: this.#connections,
      now: () => host.now(),
      onIdentity: (known, uid) => this.#learn([known], uid),
      namespacesOf: (known) => this.#namespacesOf(known),
      openPods: (connection, namespace) => needs.lists.peek(connection, podKind, namespace),
      onChange: () => this.#changed(),
    })
  }

  start(): void {
    this.reload()
    void this.#needs.host.environment.then((environment) => {
      this.#variables = environment
      this.reload()
    })
    this.#timer = setInterval(() => this.reload(), reloadInterval)
    this.#needs.settings.changes.on(() => this.reload())
    this.checks.start()
    this.sandbox.resume()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.checks.stop()
    const known = this.#contexts.all()
    this.#contexts.clear()
    await Promise.allSettled(known.map((each) => this.#connections.drop(each)))
    await this.#needs.memory.settled()
  }

  list(): ClusterList {
    const places = this.#places()
    const contexts = places.map(contextRow)
    const clusters = clusterRows(
      places,
      (cluster) => this.#identities.formerIds(cluster),
      (suite) => this.#backups.of(suite),
    )
    if (!this.#contexts.get(sandboxId)) contexts.push(this.sandbox.row())
    if (!clusters.some(({ id }) => id === sandboxId)) clusters.push(this.#stoppedSandbox())
    return {
      contexts: contexts.sort(byEnvironment),
      clusters: clusters.sort(byEnvironment),
      problems: [...this.#contexts.problems],
    }
  }

  facts(context: string): ClusterFacts {
    const known = this.#contexts.get(context)
    if (!known && context === sandboxId) return { name: sandboxId, environment: 'sandbox', role: undefined }
    const { environment, role } = this.#place(known ?? absent(context))
    return { name: known?.context.name ?? context, environment, role }
  }

  suiteOf({ context, namespace }: Scope): Suite {
    if (context === sandboxId) return { cluster: sandboxId, namespace }
    const known = this.#contexts.get(context) ?? absent(context)
    return { cluster: this.#identities.of(known.context).id, namespace }
  }

  contextTo(cluster: string): string {
    const id = this.#identities.resolve(cluster)
    const [best] = bestFirst(this.#places().filter(({ identity }) => identity.id === id))
    if (best) return best.known.id
    return id === sandboxId ? sandboxId : absent(cluster)
  }

  isSameCluster(a: string, b: string): boolean {
    return this.#identities.resolve(a) === this.#identities.resolve(b)
  }

  async connection(context: string): Promise<ClusterConnection> {
    const known = this.#contexts.get(context)
    if (!known && context === sandboxId)
      throw new ConsoleError('SANDBOX_FAILED', 'The sandbox is not running. Start it from the Fleet page.')
    if (!known) return absent(context)
    known.usedAt = this.#needs.host.now()
    return this.#connections.open(known)
  }

  reconnect(): void {
    for (const { connection } of this.#contexts.all()) connection?.reconnect()
    this.checks.checkAll()
  }

  /** Looks at one context, or at all, now. */
  async check(context?: string): Promise<void> {
    const all = context === undefined ? this.#contexts.all() : [this.#contexts.get(context) ?? absent(context)]
    await Promise.all(all.map((known) => this.checks.check(known, true)))
  }

  /** @throws ConsoleError CONFIRMATION_REQUIRED when this would lower the environment of a production cluster */
  async setEnvironment(context: string, environment: Environment): Promise<void> {
    const { name, environment: before } = this.facts(context)
    if (before === 'production' && environment !== 'production')
      throw new ConsoleError('CONFIRMATION_REQUIRED', `${name} is production. Changing that needs a confirmation.`)
    await this.lowerEnvironment(context, environment)
  }

  /** For whoever has confirmed it. */
  async lowerEnvironment(context: string, environment: Environment): Promise<void> {
    const { cluster } = this.suiteOf({ context, namespace: '' })
    await this.#needs.memory.setEnvironment(cluster, environment)
    this.#emit()
  }

  async startSandbox(): Promise<void> {
    await this.sandbox.start()
    this.reload()
    await this.check(sandboxId)
  }

  /** A backup of this suite was made, verified or deleted. */
  backupsChanged(suite: Suite): void {
    this.#backups.refresh(suite)
  }

  /** Reads the kubeconfig files again when one of them, or the list of them, changed. @param isForced tells readers in any case */
  reload(isForced = false): void {
    const isChanged = this.#contexts.reload()
    if (isChanged) this.#learn(this.#contexts.all())
    if (isChanged || isForced) this.#emit()
    if (isChanged) this.checks.checkDue()
  }

  /** Takes in where contexts lead. A context that turns out to share a cluster with others never lowers its environment by that. */
  #learn(learnt: readonly KnownContext[], uid?: string): void {
    const { memory } = this.#needs
    const before = new Map(this.#contexts.all().map((known) => [known, this.#ownEnvironment(known)]))
    for (const { context } of learnt) this.#identities.learn(context, uid)
    for (const cluster of new Set(learnt.map(({ context }) => this.#identities.of(context).id))) {
      const environments = this.#waysTo(cluster).map((known) => before.get(known) ?? 'other')
      const strictest = mostCareful([...environments, this.#environment(cluster)])
      if (strictest !== this.#environment(cluster)) memory.raiseEnvironment(cluster, strictest)
    }
  }

  /** Of a context by itself: what was said of it or of its cluster, else what its name suggests. */
  #ownEnvironment({ context }: KnownContext): Environment {
    const { memory } = this.#needs
    const said = memory.environmentOf(`context:${context.name}`)
    return said ?? memory.environmentOf(this.#identities.of(context).id) ?? guessEnvironment([context.name])
  }

  #sources(): KubeconfigSource[] {
    const added = this.#needs.settings.current.kubeconfigFiles.map((path): KubeconfigSource => ({
      path,
      kind: 'added',
    }))
    const sandbox = this.sandbox.kubeconfig
    return [
      ...(sandbox === undefined ? [] : [{ path: sandbox, kind: 'sandbox' } as const]),
      ...defaultSources(this.#variables),
      ...added,
    ]
  }

  #places(): Place[] {
    return this.#contexts.all().map((known) => this.#place(known))
  }

  #place(known: KnownContext): Place {
    const identity = this.#identities.of(known.context)
    const role = known.facts.role ?? this.#needs.memory.roleOf(known.context.identity)
    return { known, identity, role, environment: this.#environment(identity.id) }
  }

  /** The sandbox is the sandbox by whatever context one comes. */
  #environment(cluster: string): Environment {
    if (cluster === sandboxId) return 'sandbox'
    const names = this.#waysTo(cluster).map(({ context }) => context.name)
    return this.#needs.memory.environmentOf(cluster) ?? guessEnvironment(names)
  }

  #waysTo(cluster: string): KnownContext[] {
    return this.#contexts.all().filter(({ context }) => this.#identities.of(context).id === cluster)
  }

  #namespacesOf({ context }: KnownContext): string[] {
    const ways = this.#waysTo(this.#identities.of(context).id)
    return [suiteNamespace, ...ways.map((known) => namespaceOf(known.context))]
  }

  #stoppedSandbox(): ClusterRow {
    return {
      id: sandboxId,
      name: sandboxId,
      environment: 'sandbox',
      identity: 'uid',
      contexts: [sandboxId],
      formerIds: this.#identities.formerIds(sandboxId),
      suites: [],
      suitesSeen: 'notAsked',
    }
  }

  #changed(): void {
    for (const { context, facts } of this.#contexts.all())
      if (facts.role) this.#needs.memory.rememberContext(context.identity, { role: facts.role })
    for (const { id, suites } of this.list().clusters)
      for (const { namespace } of suites) this.#backups.want({ cluster: id, namespace })
    this.#emit()
  }

  #emit(): void {
    this.changes.emit(this.list())
  }
}

function absent(context: string): never {
  throw new ConsoleError(
    'NO_CLUSTER',
    'This cluster is no longer in any kubeconfig file. Choose another cluster, or add the file again.',
    { cluster: context },
  )
}
