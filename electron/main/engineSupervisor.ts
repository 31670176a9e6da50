import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { MessageChannelMain, utilityProcess, type UtilityProcess, type WebContents } from 'electron'
import { engineNotice, type EngineNotice } from '#shared/rpc/handshake.ts'
import type { FromHost, HostStart } from '#shared/rpc/host.ts'
import { builtDirectory } from './paths.ts'

/** Restarts within this many milliseconds count towards the limit: an engine that lived longer has proven itself. */
const restartWindow = 5 * 60_000
const restartLimit = 5
const stopTimeout = 10_000

/** Keeps the engine alive: starts it in a utility process, brings it back a limited number of times, and tells the pages. */
export class EngineSupervisor extends EventEmitter<{ message: [unknown] }> {
  readonly #facts: Omit<HostStart, 'type' | 'engineStarts'>
  readonly #pages = new Set<WebContents>()
  #process: UtilityProcess | undefined
  #starts = 0
  #deaths: number[] = []
  #stopping = false
  #notice: EngineNotice | undefined

  constructor(facts: Omit<HostStart, 'type' | 'engineStarts'>) {
    super()
    this.#facts = facts
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  start(): void {
    this.#starts += 1
    const engine = utilityProcess.fork(join(builtDirectory, 'main', 'engine.js'), [], {
      serviceName: 'Agency Swarm Console engine',
      stdio: 'inherit',
    })
    this.#process = engine
    engine.on('message', (message: unknown) => this.emit('message', message))
    engine.once('exit', (exitCode) => this.#ended(engine, exitCode))
    this.send({ type: 'start', ...this.#facts, engineStarts: this.#starts })
    this.#notice = undefined
    for (const page of this.#pages) this.#connect(page)
  }

  /** Gives a page its line; again when it asks again (a reload, or a restart by hand after giving up). */
  attach(page: WebContents): void {
    if (!this.#pages.has(page)) {
      this.#pages.add(page)
      page.once('destroyed', () => this.#pages.delete(page))
    }
    if (this.#process) this.#connect(page)
    else if (this.#notice?.state === 'given-up') this.#startByHand()
    else if (this.#notice) page.postMessage(engineNotice, this.#notice)
  }

  send(message: FromHost): void {
    this.#process?.postMessage(message)
  }

  /** Lets the engine end its work; after ten seconds it is ended. */
  async stop(): Promise<void> {
    this.#stopping = true
    const engine = this.#process
    if (!engine) return
    const ended = new Promise<void>((resolve) => engine.once('exit', () => resolve()))
    this.send({ type: 'event', event: 'stop' })
    const timer = setTimeout(() => engine.kill(), stopTimeout)
    await ended
    clearTimeout(timer)
  }

  #startByHand(): void {
    this.#deaths = []
    this.start()
  }

  #connect(page: WebContents): void {
    const { port1, port2 } = new MessageChannelMain()
    this.#process?.postMessage({ type: 'port' } satisfies FromHost, [port1])
    page.postMessage(engineNotice, { state: 'connected', starts: this.#starts } satisfies EngineNotice, [port2])
  }

  #ended(engine: UtilityProcess, exitCode: number): void {
    if (this.#process !== engine) return
    this.#process = undefined
    if (this.#stopping) return
    const now = Date.now()
    this.#deaths = [...this.#deaths.filter((at) => now - at < restartWindow), now]
    const reason = `The engine ended unexpectedly (exit code ${exitCode}).`
    const attempt = this.#deaths.length
    if (attempt > restartLimit) {
      const why = `It ended ${attempt} times within five minutes, so it is not started again by itself.`
      this.#tell({ state: 'given-up', reason: `${reason} ${why}` })
      return
    }
    this.#tell({ state: 'restarting', attempt, limit: restartLimit, reason })
    setTimeout(() => !this.#stopping && !this.#process && this.start(), 200 * 2 ** (attempt - 1))
  }

  #tell(notice: EngineNotice): void {
    this.#notice = notice
    for (const page of this.#pages) page.postMessage(engineNotice, notice)
  }
}
