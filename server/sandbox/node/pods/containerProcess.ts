import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import type { NodeContext } from '../context.ts'
import type { Step } from '../images/types.ts'
import type { InstanceLog } from '../logs/containerLog.ts'
import { LaunchError, type LaunchRequest, type LaunchedProcess, type ProcessExit } from '../processes/types.ts'
import type { PreparedContainer } from './containerSetup.ts'

export interface ContainerExit extends ProcessExit {
  reason?: string
  message?: string
}

interface ContainerOutput {
  output: [stream: 'stdout' | 'stderr', chunk: Buffer]
}

/** One run of a container: the steps of its image, one after another, into one log. */
export class ContainerProcess {
  readonly prepared: PreparedContainer
  /** What it prints as it prints it, for attach. */
  readonly outputs = new EventEmitter<ContainerOutput>()
  readonly #context: NodeContext
  readonly #log: InstanceLog
  readonly #shape: Pick<LaunchRequest, 'stdin' | 'terminal' | 'label'>
  #current: LaunchedProcess | undefined
  #stopSignal: NodeJS.Signals | undefined
  #killedBecause: string | undefined

  constructor(
    context: NodeContext,
    prepared: PreparedContainer,
    log: InstanceLog,
    shape: Pick<LaunchRequest, 'stdin' | 'terminal' | 'label'>,
  ) {
    this.#context = context
    this.prepared = prepared
    this.#log = log
    this.#shape = shape
    this.outputs.setMaxListeners(0)
  }

  get current(): LaunchedProcess | undefined {
    return this.#current
  }

  /** Runs to the end. A program that cannot be started is an exit with 127/128 and StartError, as with a container runtime. */
  async run(onStarted: () => void): Promise<ContainerExit> {
    try {
      let exit: ContainerExit = { code: 0 }
      for (const step of this.prepared.recipe.steps(this.prepared.setting)) {
        if (this.#stopSignal !== undefined) return { code: 143, signal: 15 }
        exit = await this.#runStep(step, onStarted)
        if (exit.code !== 0) break
      }
      if (this.#killedBecause !== undefined) return { ...exit, reason: this.#killedBecause }
      return exit
    } catch (thrown) {
      const message = thrown instanceof Error ? thrown.message : String(thrown)
      const code = thrown instanceof LaunchError && thrown.code === 'ENOENT' ? 127 : 128
      this.#log.write('stderr', Buffer.from(`${message}\n`))
      return { code, reason: 'StartError', message: `failed to create containerd task: ${message}` }
    } finally {
      this.#log.close()
    }
  }

  /** Asks for an orderly end with the image's stop signal. */
  stop(): void {
    this.#stopSignal = this.prepared.recipe.stopSignal ?? 'SIGTERM'
    this.#current?.signal(this.#stopSignal)
  }

  kill(reason?: string): void {
    this.#stopSignal = 'SIGKILL'
    this.#killedBecause = reason
    this.#current?.signal('SIGKILL')
  }

  /** What the container left at its terminationMessagePath, at most 4096 bytes. */
  terminationMessage(): string | undefined {
    try {
      const text = readFileSync(this.prepared.terminationMessagePath).subarray(0, 4096).toString('utf8')
      return text === '' ? undefined : text
    } catch {
      return undefined
    }
  }

  async #runStep(step: Step, onStarted: () => void): Promise<ProcessExit> {
    const { launcher, podBootstrap } = this.#context
    const wrapped = 'modulePath' in step.run && podBootstrap !== undefined
    const launched = await launcher.launch({
      ...this.#shape,
      run: wrapped ? { modulePath: podBootstrap } : step.run,
      args: wrapped && 'modulePath' in step.run ? [step.run.modulePath, ...step.args] : step.args,
      environment: step.environment,
      directory: this.prepared.directory,
      stdin: this.#shape.stdin || step.input !== undefined,
      ...(this.prepared.user === undefined ? {} : { user: this.prepared.user }),
    })
    this.#current = launched
    if (this.#stopSignal !== undefined) launched.signal(this.#stopSignal)
    onStarted()
    if (step.input !== undefined) launched.stdin?.end(step.input)
    this.#collect(launched)
    return launched.exited
  }

  #collect(launched: LaunchedProcess): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      launched[stream]?.on('data', (chunk: Buffer) => {
        if (!this.#log.isClosed) this.#log.write(stream, chunk)
        this.outputs.emit('output', stream, chunk)
      })
    }
  }
}
