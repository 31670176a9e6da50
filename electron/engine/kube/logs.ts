import { asConsoleError, ConsoleError } from '#shared/errors.ts'
import { cancellation } from './abort.ts'
import { Backoff } from './backoff.ts'
import { LineSplitter, type SplitLine } from './lineSplitter.ts'
import { LogCursor } from './logCursor.ts'
import { podPath } from './paths.ts'
import { sanitise } from './sanitise.ts'
import { transportError } from './transportErrors.ts'
import type { LogLine, LogOptions } from './streamTypes.ts'
import type { ClusterConnection, KubeObject } from './types.ts'

/** Bytes kept of one line: more is no log line any more, and one line must not fill the window. */
const longestLine = 32 * 1024

const gapReason = 'Lines may be missing here: the log continued, or was rotated, while the connection was down.'

/** How long a follow may be silent, in milliseconds: first the server is asked whether it is there, then the stream is reopened. */
interface Patience {
  ask: number
  reopen: number
}

const defaultPatience: Patience = { ask: 30_000, reopen: 300_000 }

/**
 * A container's log, line by line. With `follow` it reads on over broken connections, log rotation and one restart of the
 * container, without doubling lines, and ends when the container has ended for good.
 * Either gap-free, or the line after the gap says so.
 */
export async function* followLogs(connection: ClusterConnection, options: LogOptions): AsyncGenerator<LogLine> {
  for await (const lines of followLogBatches(connection, options)) yield* lines
}

/** As `followLogs`, with the lines of each network chunk together. */
export async function* followLogBatches(
  connection: ClusterConnection,
  options: LogOptions,
  patience: Patience = defaultPatience,
): AsyncGenerator<LogLine[]> {
  const follower = new Follower(connection, options, patience)
  yield* options.follow ? follower.follow() : follower.read({ ...options, follow: false })
}

class Follower {
  readonly #connection: ClusterConnection
  readonly #options: LogOptions
  readonly #patience: Patience
  readonly #cursor = new LogCursor()
  #news = 0
  #hasOpened = false

  constructor(connection: ClusterConnection, options: LogOptions, patience: Patience) {
    this.#connection = connection
    this.#options = options
    this.#patience = patience
  }

  async *follow(): AsyncGenerator<LogLine[]> {
    const { signal, tailLines, sinceTime } = this.#options
    const backoff = new Backoff(this.#connection.clock)
    let restarts = (await this.#look())?.restarts
    let start: Partial<LogOptions> = { tailLines, sinceTime }
    for (;;) {
      const before = this.#news
      let failure: ConsoleError | undefined
      try {
        yield* this.read({ ...this.#options, ...start, follow: true })
      } catch (thrown) {
        failure = asConsoleError(thrown)
        if (signal?.aborted || (this.#hasOpened ? isFinal(failure) : !isWaiting(failure))) throw failure
      }
      const now = await this.#look(failure)
      if (now?.hasEnded && !failure) return
      if (now && restarts !== undefined && now.restarts > restarts) {
        if (now.restarts === restarts + 1) yield* this.#readPrevious()
        this.#cursor.restart(now.restarts > restarts + 1)
        start = { tailLines: undefined, sinceTime: undefined }
      } else {
        // Never tailLines on the way on: it would cut what came meanwhile.
        start = {
          tailLines: this.#cursor.sinceTime === undefined ? tailLines : undefined,
          sinceTime: this.#cursor.sinceTime ?? sinceTime,
        }
        this.#cursor.resume()
      }
      restarts = now?.restarts ?? restarts
      if (this.#news > before) backoff.reset()
      else await this.#connection.clock.delay(backoff.next(), signal)
    }
  }

  /** One stream to its end. */
  async *read(options: LogOptions): AsyncGenerator<LogLine[]> {
    const { namespace, pod, container, sinceTime, tailLines, previous, follow, signal } = options
    const { body } = await this.#connection.stream('GET', podPath(namespace, pod, 'log'), {
      query: { container, sinceTime, tailLines, previous, follow, timestamps: true },
      headers: { accept: '*/*' },
      ...(signal ? { signal } : {}),
    })
    this.#hasOpened = true
    options.onOpen?.()
    const splitter = new LineSplitter(longestLine)
    const watchdog = follow ? this.#guard((error) => void body.destroy(error)) : undefined
    try {
      for await (const chunk of body) {
        watchdog?.heard()
        const lines = this.#accept(splitter.push(chunk as Buffer))
        if (lines.length > 0) yield lines
      }
      // A clean end may leave a line without its newline; after a break it comes again whole.
      const rest = splitter.rest()
      const lines = rest.bytes.length > 0 ? this.#accept([rest]) : []
      if (lines.length > 0) yield lines
    } catch (thrown) {
      if (signal?.aborted) throw cancellation(signal)
      throw transportError(thrown, new URL(this.#connection.context.cluster.server).host)
    } finally {
      watchdog?.stop()
    }
  }

  /** The rest of the log of the container before its restart. */
  async *#readPrevious(): AsyncGenerator<LogLine[]> {
    this.#cursor.resume()
    const { sinceTime } = this.#cursor
    try {
      yield* this.read({ ...this.#options, sinceTime, tailLines: undefined, previous: true, follow: false })
    } catch (thrown) {
      // It may be gone already: then the cursor marks the gap.
      if (asConsoleError(thrown).code === 'CANCELLED') throw thrown
    }
  }

  #accept(raw: SplitLine[]): LogLine[] {
    const lines: LogLine[] = []
    for (const { bytes, dropped } of raw) {
      const whole = bytes.toString('utf8')
      const space = whole.indexOf(' ')
      const time = space < 0 ? whole : whole.slice(0, space)
      const content = space < 0 ? '' : whole.slice(space + 1)
      const verdict = this.#cursor.take(time, `${content}${dropped}`)
      if (verdict === 'duplicate') continue
      const cut = dropped > 0 ? ` … (${dropped} bytes more)` : ''
      const text = sanitise(content.endsWith('\r') ? content.slice(0, -1) : content) + cut
      lines.push(verdict === 'gap' ? { time, text, gap: gapReason } : { time, text })
    }
    this.#news += lines.length
    return lines
  }

  /** How the container is; undefined when that cannot be known. */
  async #look(failure?: ConsoleError): Promise<{ restarts: number; hasEnded: boolean } | undefined> {
    const { namespace, pod, container, previous, signal } = this.#options
    if (previous) return { restarts: 0, hasEnded: true }
    try {
      const path = podPath(namespace, pod)
      const found = await this.#connection.request<KubeObject<PodSpec, PodStatus>>(
        'GET',
        path,
        signal ? { signal } : {},
      )
      const status = [...(found.status?.containerStatuses ?? []), ...(found.status?.initContainerStatuses ?? [])]
      const mine = container === undefined ? status[0] : status.find(({ name }) => name === container)
      const isOver = found.status?.phase === 'Succeeded' || found.status?.phase === 'Failed'
      const hasEnded = isOver || (mine?.state?.terminated !== undefined && found.spec?.restartPolicy === 'Never')
      return { restarts: mine?.restartCount ?? 0, hasEnded }
    } catch (thrown) {
      const error = asConsoleError(thrown)
      if (signal?.aborted) throw error
      return error.code === 'NOT_FOUND' && !failure ? { restarts: 0, hasEnded: true } : undefined
    }
  }

  /** Silence is normal in a log, so it is no proof: ask the server, and reopen the stream now and then. */
  #guard(fail: (error: ConsoleError) => void): { heard: () => void; stop: () => void } {
    const lost = (): void => fail(new ConsoleError('CONNECTION_LOST', 'The log has fallen silent; it is opened again.'))
    const ask = (): void => void this.#connection.checkAlive(this.#options.signal).catch(lost)
    const asking = setInterval(ask, this.#patience.ask)
    const reopening = setTimeout(lost, this.#patience.reopen)
    return {
      heard: () => {
        asking.refresh()
        reopening.refresh()
      },
      stop: () => {
        clearInterval(asking)
        clearTimeout(reopening)
      },
    }
  }
}

interface PodSpec {
  restartPolicy?: string
}

interface ContainerStatus {
  name: string
  restartCount: number
  state?: { terminated?: unknown }
}

interface PodStatus {
  phase?: string
  containerStatuses?: ContainerStatus[]
  initContainerStatuses?: ContainerStatus[]
}

/** A container that is about to start has no log yet. */
const isWaiting = (error: ConsoleError): boolean =>
  error.code === 'BAD_INPUT' && /waiting to start|ContainerCreating|PodInitializing/.test(String(error.details['said']))

const isFinal = (error: ConsoleError): boolean =>
  ['NOT_FOUND', 'FORBIDDEN', 'CANCELLED', 'TLS_MISMATCH'].includes(error.code) ||
  (error.code === 'BAD_INPUT' && !isWaiting(error))
