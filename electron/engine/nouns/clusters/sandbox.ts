import { z } from 'zod'
import { ConsoleError } from '#shared/errors.ts'
import type { Host, SandboxProcess } from '../../ports/host.ts'

const readyLine = z.object({ ready: z.literal(true), kubeconfig: z.string(), server: z.string() })

export type SandboxState = 'stopped' | 'starting' | 'running'

/** Milliseconds: the first start makes keys and a state directory; on a loaded machine that is seconds. */
const startTimeout = 60_000

/** The sandbox cluster as a process: one at a time, started on request, its state kept between runs. */
export class Sandbox {
  readonly #host: Host
  readonly #changed: () => void
  #process: SandboxProcess | undefined
  #starting: Promise<string> | undefined
  #kubeconfig: string | undefined

  constructor(host: Host, changed: () => void) {
    this.#host = host
    this.#changed = changed
  }

  get state(): SandboxState {
    if (this.#kubeconfig !== undefined) return 'running'
    return this.#starting ? 'starting' : 'stopped'
  }

  /** The path of its kubeconfig while it runs. */
  get kubeconfig(): string | undefined {
    return this.#kubeconfig
  }

  /** Resolves with the kubeconfig's path when the API server answers. @throws ConsoleError SANDBOX_FAILED */
  start(): Promise<string> {
    if (this.#kubeconfig !== undefined) return Promise.resolve(this.#kubeconfig)
    this.#starting ??= this.#launch().finally(() => {
      this.#starting = undefined
      this.#changed()
    })
    this.#changed()
    return this.#starting
  }

  async stop(): Promise<void> {
    await this.#starting?.catch(() => undefined)
    await this.#process?.stop()
  }

  /** Deletes all objects and volumes; the sandbox is stopped afterwards. */
  async reset(): Promise<void> {
    await this.stop()
    const code = await new Promise<number>((resolve) => {
      this.#host.startSandbox(['reset', ...this.#stateArguments()]).onExit(resolve)
    })
    if (code !== 0) throw failed(`The sandbox could not be reset (exit code ${code}).`, {})
  }

  #launch(): Promise<string> {
    return new Promise((resolve, reject) => {
      const lines: string[] = []
      const child = this.#host.startSandbox(this.#stateArguments())
      this.#process = child
      const timer = setTimeout(() => {
        void child.stop()
        reject(failed('The sandbox did not become ready within a minute.', { output: lines.slice(-20) }))
      }, startTimeout)
      child.onLine((line) => {
        lines.push(line)
        const ready = readyLine.safeParse(parseJson(line))
        if (!ready.success) return
        clearTimeout(timer)
        this.#kubeconfig = ready.data.kubeconfig
        resolve(ready.data.kubeconfig)
      })
      child.onExit((exitCode) => {
        clearTimeout(timer)
        this.#process = undefined
        this.#kubeconfig = undefined
        reject(failed(`The sandbox ended (exit code ${exitCode}).`, { output: lines.slice(-20) }))
        this.#changed()
      })
    })
  }

  #stateArguments(): string[] {
    const own = process.env.CONSOLE_SANDBOX_STATE
    return own ? ['--state', own] : []
  }
}

function failed(what: string, details: Record<string, unknown>): ConsoleError {
  return new ConsoleError('SANDBOX_FAILED', `${what} Its objects and volumes are kept. Start it again.`, details)
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
