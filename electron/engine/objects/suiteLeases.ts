import type { Scope } from '#shared/contract/base.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { ClusterDirectory } from '../ports/directory.ts'
import { SuiteLease, type Elsewhere, type LeaseTimes, type Worker } from './lease.ts'

/** The right to change one suite, while it is held. */
export interface SuiteHold {
  /** Aborted, with who took it as the reason, when another console has taken it. */
  readonly lost: AbortSignal
  /**
   * Call before every step that changes something.
   * @throws ConsoleError BUSY when another console has taken it; what the cluster answers when that cannot be known
   */
  check(): Promise<void>
  /** Never throws: a lease that cannot be given back expires by itself. */
  release(): Promise<void>
}

export interface SuiteLeasesNeeds {
  directory: Pick<ClusterDirectory, 'connection' | 'suiteOf'>
  worker: Worker
  /** For tests, which cannot wait for a minute. */
  times?: LeaseTimes
}

/**
 * One piece of work that changes a suite at a time, whoever does it: deployments, migrations and restores of this console, by what runs
 * here; of other consoles, by the lease in the cluster.
 */
export class SuiteLeases {
  readonly #needs: SuiteLeasesNeeds
  /** What this console does now, by suite. */
  readonly #here = new Map<string, string>()

  constructor(needs: SuiteLeasesNeeds) {
    this.#needs = needs
  }

  /** Another console at work on this suite. @throws what the cluster answers */
  async elsewhere(scope: Scope, signal?: AbortSignal): Promise<Elsewhere | undefined> {
    return (await this.#lease(scope)).elsewhere(signal)
  }

  /**
   * Takes the suite for one piece of work. Release it when that has ended, however.
   * @param work as people read it: "Restore backup …"
   * @throws ConsoleError BUSY with what is being done, by whom and since when
   */
  async hold(scope: Scope, work: string): Promise<SuiteHold> {
    const { cluster, namespace } = this.#needs.directory.suiteOf(scope)
    const key = `${namespace} ${cluster}`
    const running = this.#here.get(key)
    if (running !== undefined) {
      throw new ConsoleError('BUSY', `“${running}” is still running here. Wait for it, or stop it first.`, {
        work: running,
      })
    }
    this.#here.set(key, work)
    try {
      const lost = new AbortController()
      const lease = await (await this.#lease(scope)).acquire(work, (error) => lost.abort(error))
      return {
        lost: lost.signal,
        check: async () => {
          lost.signal.throwIfAborted()
          await lease.check()
        },
        release: async () => {
          // Where the cluster cannot be told, the lease expires by itself.
          await lease.release().catch(() => undefined)
          this.#here.delete(key)
        },
      }
    } catch (thrown) {
      this.#here.delete(key)
      throw thrown
    }
  }

  async #lease({ context, namespace }: Scope): Promise<SuiteLease> {
    const { directory, worker, times } = this.#needs
    return new SuiteLease(await directory.connection(context), namespace, worker, times)
  }
}
