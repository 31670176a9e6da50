import type { LogBatch, LogLine } from '#shared/contract/logs.ts'
import { asConsoleError, type ConsoleError } from '#shared/errors.ts'
import type { Credit } from '../../flow/credit.ts'
import { followLogBatches, parseLogTime, type ClusterConnection, type LogLine as RawLine } from '../../kube/index.ts'
import { part, type LiveLists } from '../../objects/liveLists.ts'
import { podKind } from '../../objects/pods/podFacts.ts'
import { readLine } from './readLine.ts'
import { TimeMerge } from './timeMerge.ts'

export interface LogSelection {
  namespace: string
  /** Values of the `app` label. Empty with empty `pods`: all pods. */
  services: readonly string[]
  pods: readonly string[]
  previous: boolean
  sinceSeconds?: number | undefined
  tailLines?: number | undefined
}

type Source = LogBatch['sources'][number]

interface PodContainers {
  name: string
  app: string
  containers: string[]
}

/** Lines at most in one message to the window. */
const batchLines = 2_000
/** Lines that wait for the window; beyond, the logs are not read on. */
const mostWaiting = 10_000
/** Milliseconds in which lines of several pods are put in order; unnoticeable to the eye, ample for two pods on one clock. */
const settle = 120
/** Milliseconds the first batch waits for all logs to be opened, so that the past comes in order. */
const openingPatience = 3_000

/**
 * The logs of many pods as one. Pods that appear later join by themselves; one log that fails is told and leaves the others
 * alone. Reading stops while the credit is used up, back to the sockets.
 */
export class PodLogs {
  readonly #connection: ClusterConnection
  readonly #lists: LiveLists
  readonly #selection: LogSelection
  readonly #credit: Credit
  readonly #signal: AbortSignal
  readonly #merge = new TimeMerge<Omit<LogLine, 'id'>>()
  readonly #sources = new Map<string, Source>()
  readonly #running = new Set<Promise<void>>()
  #hasNews = false
  #failure: ConsoleError | undefined
  #isListed = false
  #wake: () => void = () => undefined
  #hasRoom: (() => void)[] = []
  #isEnough: () => void = () => undefined

  constructor(
    { connection, lists }: { connection: ClusterConnection; lists: LiveLists },
    selection: LogSelection,
    credit: Credit,
    signal: AbortSignal,
  ) {
    this.#connection = connection
    this.#lists = lists
    this.#selection = selection
    this.#credit = credit
    this.#signal = signal
  }

  async *batches(): AsyncGenerator<LogBatch> {
    const startedAt = Date.now()
    let id = 0
    this.#watchPods().catch((thrown: unknown) => {
      this.#failure = asConsoleError(thrown)
      this.#news()
    })
    const wake = (): void => this.#wake()
    this.#signal.addEventListener('abort', wake)
    try {
      while (!this.#signal.aborted) {
        if (!this.#hasNews && this.#merge.size === 0) {
          if (this.#isOver()) return
          await new Promise<void>((resolve) => (this.#wake = resolve))
          continue
        }
        if (this.#failure !== undefined) throw this.#failure
        if (this.#merge.size < batchLines) await this.#gather()
        if (this.#merge.size < mostWaiting && this.#isOpening() && Date.now() - startedAt < openingPatience) continue
        await this.#credit.available()
        if (this.#signal.aborted) return
        this.#hasNews = false
        const lines = this.#merge.take(batchLines).map((line) => ({ id: id++, ...line }))
        this.#credit.spend(lines.length)
        this.#makeRoom()
        yield { lines, sources: [...this.#sources.values()].map((source) => ({ ...source })) }
      }
    } finally {
      this.#signal.removeEventListener('abort', wake)
      this.#makeRoom()
    }
  }

  /** Reads the pods from the namespace's live list, which tables and maps read too. */
  async #watchPods(): Promise<void> {
    const { namespace } = this.#selection
    const target = { connection: this.#connection, namespaces: [namespace] }
    for await (const { deltas, state } of this.#lists.batches(target, containersOfPods, this.#signal)) {
      for (const { type, row } of deltas) if (type !== 'removed' && this.#isWanted(row)) this.#follow(row)
      if (state.phase === 'failed' && state.error.code !== 'CANCELLED') this.#failure = state.error
      if (state.phase === 'live') this.#isListed = true
      this.#news()
    }
  }

  #isWanted({ name, app }: PodContainers): boolean {
    const { services, pods } = this.#selection
    if (services.length === 0 && pods.length === 0) return true
    return pods.includes(name) || (services.length > 0 && services.includes(app))
  }

  #follow({ name: pod, containers }: PodContainers): void {
    for (const container of containers) {
      const key = `${pod}/${container}`
      if (this.#sources.has(key)) continue
      const source: Source = { pod, container, state: 'opening', detail: '' }
      this.#sources.set(key, source)
      const running = this.#read(source).finally(() => {
        this.#running.delete(running)
        this.#news()
      })
      this.#running.add(running)
    }
  }

  async #read(source: Source): Promise<void> {
    const { namespace, previous, sinceSeconds, tailLines } = this.#selection
    // A pod that joins later is read from its beginning.
    const isFirst = !this.#isListed
    const since = sinceSeconds === undefined ? undefined : new Date(this.#connection.clock.now() - sinceSeconds * 1000)
    try {
      const batches = followLogBatches(this.#connection, {
        namespace,
        pod: source.pod,
        container: source.container,
        follow: !previous,
        previous,
        ...(isFirst && tailLines !== undefined ? { tailLines } : {}),
        ...(since ? { sinceTime: since.toISOString() } : {}),
        onOpen: () => this.#change(source, 'following', ''),
        signal: this.#signal,
      })
      for await (const lines of batches) {
        for (const line of lines) this.#add(source, line)
        this.#news()
        await this.#room()
      }
      this.#change(source, 'ended', '')
    } catch (thrown) {
      const { message } = asConsoleError(thrown)
      if (!this.#signal.aborted) this.#change(source, 'failed', message)
    }
  }

  #add({ pod, container }: Source, { time, text, gap }: RawLine): void {
    const instant = parseLogTime(time)
    const at = instant ? instant.seconds * 1000 + instant.nanos / 1e6 : this.#connection.clock.now()
    if (gap !== undefined) this.#merge.add(at, { at, pod, container, level: 'other', text: gap, gap: true })
    // Without a time it is a message of the runtime about the log, all of it.
    this.#merge.add(at, { at, pod, container, ...readLine(instant ? text : `${time} ${text}`) })
  }

  /** A log is not read further while the window has enough to do. */
  async #room(): Promise<void> {
    while (!this.#signal.aborted && this.#merge.size > mostWaiting) {
      await new Promise<void>((resolve) => this.#hasRoom.push(resolve))
    }
  }

  #makeRoom(): void {
    for (const goOn of this.#hasRoom.splice(0)) goOn()
  }

  #change(source: Source, state: Source['state'], detail: string): void {
    source.state = state
    source.detail = detail
    this.#news()
  }

  /** A short while for lines to be put in order, or until there are enough for a batch: a flood must not wait. */
  async #gather(): Promise<void> {
    const enough = new AbortController()
    this.#isEnough = () => enough.abort()
    const signal = AbortSignal.any([this.#signal, enough.signal])
    await this.#connection.clock.delay(settle, signal).catch(() => undefined)
  }

  #news(): void {
    if (this.#merge.size >= batchLines) this.#isEnough()
    this.#hasNews = true
    this.#wake()
  }

  #isOpening(): boolean {
    return !this.#isListed || [...this.#sources.values()].some(({ state }) => state === 'opening')
  }

  /** The log of an earlier container has an end; what is followed has none. */
  #isOver(): boolean {
    return this.#selection.previous && this.#isListed && this.#running.size === 0
  }
}

const containersOfPods = part(podKind, ({ row }): PodContainers => {
  return { name: row.name, app: row.service, containers: row.containers }
})
