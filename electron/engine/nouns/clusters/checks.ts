import { faultOf } from '#shared/errors.ts'
import { Broadcast } from '../../flow/broadcast.ts'
import { probe, type ClusterConnection, type ProbeResult } from '../../kube/index.ts'
import type { PodFacts } from '../../objects/pods/podFacts.ts'
import type { Connections } from './connections.ts'
import type { Contexts, KnownContext } from './contexts.ts'
import { unusableName } from './contextIds.ts'
import { look, probeStages, roleIn, unreachable, type HealthFacts } from './health.ts'
import { readUid } from './identity.ts'
import { countFacts, readCounts } from './podCounts.ts'
import { namespaceOf } from './rows.ts'
import { suitesIn } from './suites.ts'

/** Milliseconds between looks at a context whose place is open somewhere; the window shows the age of what it sees. */
const closeInterval = 30_000
/** Milliseconds between checks of others that were opened before, which cost a cluster a handful of small requests. */
const farInterval = 300_000
/** Milliseconds between looks at what is due. */
const tick = 5_000

export interface ChecksNeeds {
  contexts: Contexts
  connections: Connections
  now: () => number
  /** What the context's cluster said of itself; undefined where it may not be read. */
  onIdentity: (known: KnownContext, uid: string | undefined) => void
  /** Namespaces of this context's cluster that may hold a suite, where not all can be listed. */
  namespacesOf: (known: KnownContext) => string[]
  /** The pods of a namespace, where a live list of them is being read. */
  openPods: (connection: ClusterConnection, namespace: string) => readonly PodFacts[] | undefined
  onChange: () => void
}

/**
 * The health of contexts. Those that somebody looks at are read closely (nodes, pods, suites); others that were opened in this session are
 * asked for version and access alone, rarely: a hundred contexts must cost neither the person's network nor a hundred API servers anything to
 * speak of. One that nobody opened is asked nothing: its credentials go nowhere.
 */
export class Checks {
  /** Checks that have ended. */
  readonly ended = new Broadcast<{ context: string; at: number }>()
  readonly #needs: ChecksNeeds
  /** One entry per reader: the contexts it looks at, undefined for all. */
  readonly #readers = new Set<{ contexts: readonly string[] | undefined }>()
  #timer: NodeJS.Timeout | undefined

  constructor(needs: ChecksNeeds) {
    this.#needs = needs
  }

  start(): void {
    this.#timer = setInterval(() => this.checkDue(), tick)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /**
   * Somebody looks at these contexts, or at all, until the signal aborts.
   * @returns each check of them that ends
   */
  async *attend(contexts: readonly string[] | undefined, signal?: AbortSignal) {
    const reader = { contexts }
    this.#readers.add(reader)
    try {
      this.checkDue()
      for await (const batch of this.ended.batches([], ({ context }) => context, signal))
        for (const check of batch) if (!contexts || contexts.includes(check.context)) yield check
    } finally {
      this.#readers.delete(reader)
    }
  }

  checkDue(): void {
    const now = this.#needs.now()
    for (const known of this.#needs.contexts.all()) {
      const isClose = this.#isAttended(known.id)
      if (!isClose && !wasOpened(known)) continue
      const last = isClose ? known.lookedAt : known.checkedAt
      // One that could not be reached has no newer look: then the check counts.
      const tried = isClose && known.facts.health === 'unreachable' ? known.checkedAt : last
      if (tried === undefined || now - tried >= (isClose ? closeInterval : farInterval)) void this.check(known, isClose)
    }
  }

  /** All that somebody looks at or opened, as closely as somebody looks at each. */
  checkAll(): void {
    for (const known of this.#needs.contexts.all()) {
      const isClose = this.#isAttended(known.id)
      if (isClose || wasOpened(known)) void this.check(known, isClose)
    }
  }

  /** Checks one context; the outcome is in what is known of it, never thrown. @param isClose nodes, pods and suites too */
  async check(known: KnownContext, isClose: boolean): Promise<void> {
    const running = known.checking
    if (running) {
      await running.ended
      if (running.isClose || !isClose || running.abort.signal.aborted) return
      return this.check(known, isClose)
    }
    const abort = new AbortController()
    const work = this.#run(known, isClose, abort.signal)
    known.checking = { abort, isClose, ended: work }
    if (known.checkedAt === undefined) this.#needs.onChange()
    await work
    if (known.checking?.abort === abort) known.checking = undefined
    if (abort.signal.aborted) return
    this.#needs.onChange()
    this.ended.emit({ context: known.id, at: known.checkedAt ?? this.#needs.now() })
  }

  async #run(known: KnownContext, isClose: boolean, signal: AbortSignal): Promise<void> {
    const { connections, now } = this.#needs
    try {
      const unusable = unusableName(known.context.name)
      if (unusable) throw unusable
      await connections.settle(known)
      signal.throwIfAborted()
      const result = await probe(known.context, { ...(await connections.options(known)), signal })
      if (result.reachable) await this.#read(known, await connections.open(known), result, isClose, signal)
      else known.facts = { ...lastKnown(known.facts), ...unreachable(result) }
    } catch (thrown) {
      if (signal.aborted) return
      const fault = faultOf(thrown)
      known.facts = { ...known.facts, health: 'unreachable', summary: fault.message, fault }
    }
    known.checkedAt = now()
  }

  async #read(
    known: KnownContext,
    connection: ClusterConnection,
    result: ProbeResult,
    isClose: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { now, onIdentity, namespacesOf, openPods } = this.#needs
    onIdentity(known, await readUid(connection, signal))
    const namespace = namespaceOf(known.context)
    if (isClose) {
      const facts = await look(connection, namespace, result, signal, openPods(connection, namespace))
      const own = facts.pods
      const suites = await suitesIn(connection, {
        namespaces: namespacesOf(known),
        countPods: async (other) => {
          if (other === namespace && own) return own
          const open = openPods(connection, other)
          const { ready, total } = open ? countFacts(open) : await readCounts(connection, other, signal)
          return { ready, total }
        },
        signal,
      })
      known.facts = facts
      known.suites = suites
      known.lookedAt = now()
      return
    }
    const role = await roleIn(connection, namespace, signal)
    known.facts = { ...lastKnown(known.facts), ...this.#healthAfar(known), ...answered(result), role }
  }

  /** A look that is not older than the next would be keeps its word; else all that is known is that it answers. */
  #healthAfar({ facts, lookedAt }: KnownContext): Pick<HealthFacts, 'health' | 'summary'> {
    const isRecent = lookedAt !== undefined && this.#needs.now() - lookedAt < farInterval
    if (isRecent && facts.health !== 'unreachable') return { health: facts.health, summary: facts.summary }
    return { health: 'reachable', summary: 'Answers. Its pods are read when it is opened.' }
  }

  #isAttended(id: string): boolean {
    return [...this.#readers].some(({ contexts }) => contexts?.includes(id) ?? true)
  }
}

/** Whether somebody looked at it or used it in this session, or it is the sandbox, which is the console's own. */
const wasOpened = ({ context, lookedAt, usedAt }: KnownContext): boolean =>
  context.source.kind === 'sandbox' || lookedAt !== undefined || usedAt > 0

/** What a check without a look says of the connection. */
function answered(result: ProbeResult): Pick<HealthFacts, 'probe' | 'latencyMs' | 'version'> {
  return {
    probe: probeStages(result),
    latencyMs: Math.round(result.stages.at(-1)?.milliseconds ?? result.milliseconds),
    version: result.serverVersion,
  }
}

/** The figures of the last look; their time is `lookedAt`. */
function lastKnown({ version, nodes, pods, use, suiteVersion, role }: HealthFacts): Partial<HealthFacts> {
  return { version, nodes, pods, use, suiteVersion, role }
}
