import type { Fault, Scope } from '#shared/contract/base.ts'
import type { Sample } from '#shared/contract/metrics.ts'
import { faultOf } from '#shared/errors.ts'
import { Broadcast } from '../../flow/broadcast.ts'
import { pause } from '../../flow/pause.ts'
import { SharedSources } from '../../flow/sharedSources.ts'
import { stoppable } from '../../flow/stoppable.ts'
import type { ClusterDirectory } from '../../ports/directory.ts'
import type { Host } from '../../ports/host.ts'
import { podMetrics } from '../../kube/index.ts'

/** Milliseconds. metrics-server scrapes every 15 s; the sandbox measures on request. */
const clusterInterval = 15_000
const sandboxInterval = 5_000
/** Milliseconds of history kept in memory. */
const kept = 3_600_000
/** Milliseconds a namespace is still polled after its last reader left: changing pages leaves no gap, leaving for good ends it. */
const linger = 2_000

export interface MetricsBatch {
  intervalMs: number
  unavailable: Fault | null
  pods: Record<string, Sample[]>
}

type Poll = (signal: AbortSignal) => Promise<{ pod: string; sample: Sample }[]>

/** The usage of every pod of one namespace, polled while somebody looks. */
class NamespaceHistory {
  readonly changes = new Broadcast<MetricsBatch>()
  readonly #poll: Poll
  readonly #now: () => number
  readonly #intervalMs: number
  #stop = new AbortController()
  readonly #samples = new Map<string, Sample[]>()
  #unavailable: MetricsBatch['unavailable'] = null

  constructor({ intervalMs, poll, now }: { intervalMs: number; poll: Poll; now: () => number }) {
    this.#intervalMs = intervalMs
    this.#poll = poll
    this.#now = now
  }

  /** Polls until `stop`. What was measured before is kept; the time between is a gap in the samples. */
  start(): void {
    this.#stop = new AbortController()
    void this.#run(this.#stop.signal)
  }

  /** Everything kept so far. */
  whole(): MetricsBatch {
    return { intervalMs: this.#intervalMs, unavailable: this.#unavailable, pods: Object.fromEntries(this.#samples) }
  }

  stop(): void {
    this.#stop.abort()
  }

  /** It is not polled, and nothing in it is of the last hour. */
  get isOld(): boolean {
    const oldest = this.#now() - kept
    return (
      this.#stop.signal.aborted && [...this.#samples.values()].every((samples) => (samples.at(-1)?.at ?? 0) < oldest)
    )
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const fresh = await this.#once(signal)
      if (signal.aborted) return
      this.changes.emit({ intervalMs: this.#intervalMs, unavailable: this.#unavailable, pods: fresh })
      await pause(this.#intervalMs, signal)
    }
  }

  async #once(signal: AbortSignal): Promise<Record<string, Sample[]>> {
    try {
      const readings = await this.#poll(signal)
      this.#unavailable = null
      return this.#remember(readings)
    } catch (thrown) {
      this.#unavailable = faultOf(thrown)
      return {}
    }
  }

  #remember(readings: { pod: string; sample: Sample }[]): Record<string, Sample[]> {
    const fresh: Record<string, Sample[]> = {}
    const oldest = this.#now() - kept
    for (const { pod, sample } of readings) {
      // A time that is none would put the sample nowhere.
      if (Number.isNaN(sample.at)) continue
      const known = this.#samples.get(pod) ?? []
      if (known.at(-1)?.at === sample.at) continue
      this.#samples.set(pod, [...known.filter(({ at }) => at > oldest), sample])
      fresh[pod] = [sample]
    }
    for (const [pod, samples] of this.#samples) if ((samples.at(-1)?.at ?? 0) < oldest) this.#samples.delete(pod)
    return fresh
  }
}

export interface MetricsNeeds {
  directory: ClusterDirectory
  host: Pick<Host, 'now'>
}

/** One poll per namespace, however many panels read it. */
export class Metrics {
  readonly #directory: ClusterDirectory
  readonly #now: () => number
  readonly #polled = new SharedSources<NamespaceHistory>(linger, (history) => history.stop())
  /** Also those that are not polled now. */
  readonly #histories = new Map<string, NamespaceHistory>()

  constructor({ directory, host }: MetricsNeeds) {
    this.#directory = directory
    this.#now = () => host.now()
  }

  watch(scope: Scope, signal?: AbortSignal): AsyncGenerator<MetricsBatch, void, undefined> {
    return stoppable((stop) => this.#watch(scope, stop), signal)
  }

  stop(): void {
    this.#polled.stop()
    this.#histories.clear()
  }

  async *#watch(scope: Scope, signal: AbortSignal): AsyncGenerator<MetricsBatch, void, undefined> {
    const key = `${scope.context} ${scope.namespace}`
    const { source: history, release } = this.#polled.hold(key, () => this.#open(key, scope))
    try {
      // Keyed by time: no sample is merged away, and a reader that fell behind gets all it missed in one go.
      let count = 0
      for await (const batches of history.changes.batches([history.whole()], () => String(count++), signal)) {
        for (const batch of batches) yield batch
      }
    } finally {
      release()
    }
  }

  #open(key: string, scope: Scope): NamespaceHistory {
    for (const [other, { isOld }] of this.#histories) if (isOld) this.#histories.delete(other)
    const history = this.#histories.get(key) ?? this.#create(scope)
    this.#histories.set(key, history)
    history.start()
    return history
  }

  #create(scope: Scope): NamespaceHistory {
    const sandbox = this.#directory.facts(scope.context).environment === 'sandbox'
    const poll: Poll = async (signal) => {
      const usage = await podMetrics(await this.#directory.connection(scope.context), scope.namespace, { signal })
      return usage.map(({ pod, timestamp, containers }) => ({
        pod,
        sample: {
          at: Date.parse(timestamp),
          cpu: containers.reduce((sum, { cpuCores }) => sum + cpuCores, 0),
          memory: containers.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
        },
      }))
    }
    const intervalMs = sandbox ? sandboxInterval : clusterInterval
    return new NamespaceHistory({ intervalMs, poll, now: this.#now })
  }
}
