import type { ContextRow } from '#shared/contract/clusters.ts'
import { asConsoleError, faultOf, type ConsoleError } from '#shared/errors.ts'
import type { Host } from '../../ports/host.ts'
import { sandboxId } from './identity.ts'
import type { ClusterMemory } from './memory.ts'
import { suiteNamespace } from './rows.ts'
import { Sandbox } from './sandbox.ts'

/** The sandbox as a context that is there also while it is stopped, and that comes back by itself if it ran last time. */
export class SandboxContext {
  readonly #sandbox: Sandbox
  readonly #memory: ClusterMemory
  readonly #changed: () => void
  #fault: ConsoleError | undefined

  /** @param changed called whenever its state or its kubeconfig did */
  constructor(host: Host, memory: ClusterMemory, changed: () => void) {
    this.#memory = memory
    this.#changed = changed
    this.#sandbox = new Sandbox(host, () => {
      if (this.#sandbox.state !== 'stopped') this.#fault = undefined
      changed()
    })
  }

  /** The path of its kubeconfig while it runs. */
  get kubeconfig(): string | undefined {
    return this.#sandbox.kubeconfig
  }

  /** Starts it if it ran when the app was last used; a failure shows in its row. */
  resume(): void {
    if (!this.#memory.sandboxWanted) return
    this.#sandbox.start().catch((thrown: unknown) => {
      this.#fault = asConsoleError(thrown)
      this.#changed()
    })
  }

  /** @throws ConsoleError SANDBOX_FAILED */
  async start(): Promise<void> {
    await this.#memory.setSandboxWanted(true)
    await this.#sandbox.start()
  }

  async stop(): Promise<void> {
    await this.#memory.setSandboxWanted(false)
    await this.#sandbox.stop()
  }

  /** Deletes all its objects and volumes. @throws ConsoleError SANDBOX_FAILED */
  async reset(): Promise<void> {
    await this.#memory.setSandboxWanted(false)
    await this.#sandbox.reset()
  }

  /** Ends its process, and lets it come back at the next start of the engine. */
  end(): Promise<void> {
    return this.#sandbox.stop()
  }

  /** Its row while it does not run. */
  row(): ContextRow {
    const isStarting = this.#sandbox.state === 'starting'
    const stopped = this.#fault?.message ?? 'Not running. Its objects and volumes are kept.'
    return {
      id: sandboxId,
      name: sandboxId,
      cluster: sandboxId,
      environment: 'sandbox',
      source: 'built in',
      server: '',
      namespace: suiteNamespace,
      health: isStarting ? 'starting' : 'stopped',
      summary: isStarting ? 'Starting' : stopped,
      probe: [],
      fault: this.#fault && faultOf(this.#fault),
    }
  }
}
