import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { MessageChannelMain, utilityProcess, type UtilityProcess, type WebContents } from 'electron'
import { engineNotice, type EngineNotice } from '#shared/rpc/handshake.ts'
import { hostRequest, type FromHost, type HostRequest, type HostStart, type RunningWork } from '#shared/rpc/host.ts'
import { builtDirectory } from './paths.ts'
import { Pulse } from './pulse.ts'

/** Restarts within this many milliseconds count towards the limit: an engine that lived longer has proven itself. */
const restartWindow = 5 * 60_000
const restartLimit = 5
/** Milliseconds between two looks whether an engine that was asked to stop may be ended. */
const stopTimeout = 10_000

type Facts = Omit<HostStart, 'type' | 'engineStarts'>

interface Events {
  /** What the engine asks of the outside. */
  request: [HostRequest]
  /** All long work that runs now; nothing after the engine has ended. */
  work: [RunningWork[]]
}

/**
 * Keeps the engine alive: starts it in a utility process, ends one that hangs, brings it back a limited number of times, and tells the
 * pages.
 */
export class EngineSupervisor extends EventEmitter<Events> {
  readonly #facts: Facts
  /** Pages that have their line, or wait for one. A page has one line for each time it is loaded. */
  readonly #pages = new Set<WebContents>()
  readonly #known = new WeakSet<WebContents>()
  #process: UtilityProcess | undefined
  #pulse: Pulse | undefined
  #work: RunningWork[] = []
  #starts = 0
  #deaths: number[] = []
  #stopping = false
  #hungSeconds: number | undefined
  #notice: EngineNotice | undefined

  constructor(facts: Facts) {
    super()
    this.#facts = facts
  }

  /** The long work that runs now, as the engine told it. */
  get work(): readonly RunningWork[] {
    return this.#work
  }

  start(): void {
    this.#starts += 1
    this.#hungSeconds = undefined
    const engine = utilityProcess.fork(join(builtDirectory, 'main', 'engine.js'), [], {
      serviceName: 'Agency Swarm Console engine',
      stdio: 'inherit',
    })
    this.#process = engine
    engine.on('message', (message: unknown) => this.#received(hostRequest.parse(message)))
    engine.once('exit', (exitCode) => this.#ended(engine, exitCode))
    this.send({ type: 'start', ...this.#facts, engineStarts: this.#starts })
    this.#pulse = new Pulse({
      ask: () => this.send({ type: 'pulse' }),
      onSilence: (seconds) => this.#endHanging(engine, seconds),
    })
    this.#notice = undefined
    for (const page of this.#pages) this.#connect(page)
  }

  /** Gives a page its line, once for each time it is loaded. After giving up, asking starts the engine by hand. */
  attach(page: WebContents): void {
    this.#follow(page)
    const isNew = !this.#pages.has(page)
    this.#pages.add(page)
    if (this.#process) {
      if (isNew) this.#connect(page)
    } else if (this.#notice?.state === 'given-up') this.#startByHand()
    else if (this.#notice) page.postMessage(engineNotice, this.#notice)
  }

  send(message: FromHost): void {
    this.#process?.postMessage(message)
  }

  /** Lets the engine end its work. One that hangs is ended, and after ten seconds one that works on nothing that must be finished. */
  async stop(): Promise<void> {
    this.#stopping = true
    const engine = this.#process
    if (!engine) return
    const ended = new Promise<void>((resolve) => engine.once('exit', () => resolve()))
    this.send({ type: 'event', event: 'stop' })
    const timer = setInterval(() => {
      if (this.#work.every(({ uncancellable }) => uncancellable === '')) kill(engine)
    }, stopTimeout)
    await ended
    clearInterval(timer)
  }

  #received(message: HostRequest): void {
    if (message.type === 'alive') this.#pulse?.answered()
    else if (message.type === 'refused') this.#refused(message.reason)
    else if (message.type === 'work') this.#setWork(message.running)
    else this.emit('request', message)
  }

  /** Starting again would be refused again: that is for a person to decide. */
  #refused(reason: string): void {
    const engine = this.#process
    this.#process = undefined
    this.#pulse?.stop()
    engine?.kill()
    this.#tell({ state: 'given-up', reason })
  }

  #setWork(running: RunningWork[]): void {
    this.#work = running
    this.emit('work', running)
  }

  /** A page that is loaded again has lost its line. */
  #follow(page: WebContents): void {
    if (this.#known.has(page)) return
    this.#known.add(page)
    page.on('did-navigate', () => this.#pages.delete(page))
    page.once('destroyed', () => this.#pages.delete(page))
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

  #endHanging(engine: UtilityProcess, seconds: number): void {
    this.#hungSeconds = seconds
    kill(engine)
  }

  #ended(engine: UtilityProcess, exitCode: number): void {
    if (this.#process !== engine) return
    this.#process = undefined
    this.#pulse?.stop()
    this.#setWork([])
    if (this.#stopping) return
    const now = Date.now()
    this.#deaths = [...this.#deaths.filter((at) => now - at < restartWindow), now]
    const reason =
      this.#hungSeconds === undefined
        ? `The engine ended unexpectedly (exit code ${exitCode}).`
        : `The engine did not respond for ${this.#hungSeconds} seconds, so the console ended it.`
    const attempt = this.#deaths.length
    if (attempt > restartLimit) {
      const why = `It ended ${attempt} times within five minutes, so it is not started again automatically.`
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

/** Electron's own `kill` asks politely, which a process that hangs or was stopped does not hear. */
function kill(engine: UtilityProcess): void {
  if (engine.pid === undefined) return
  try {
    process.kill(engine.pid, 'SIGKILL')
  } catch (error) {
    // It ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
