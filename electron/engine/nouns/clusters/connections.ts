import { connect, type ClusterConnection, type ConnectOptions } from '../../kube/index.ts'
import type { Host } from '../../ports/host.ts'
import { unusableName } from './contextIds.ts'
import type { KnownContext } from './contexts.ts'
import type { Programs } from './programs.ts'

/** One pooled connection per context, opened when it is first asked for. */
export class Connections {
  readonly #host: Pick<Host, 'environment'>
  readonly #programs: Programs
  readonly #clusterOf: (known: KnownContext) => string

  /** @param clusterOf the id of a context's cluster, for the audit log */
  constructor(host: Pick<Host, 'environment'>, programs: Programs, clusterOf: (known: KnownContext) => string) {
    this.#host = host
    this.#programs = programs
    this.#clusterOf = clusterOf
  }

  /** Asks ahead of a check, so that the time a person takes to answer does not count as time the cluster takes. */
  settle(known: KnownContext): Promise<void> {
    return this.#programs.settle(this.#clusterOf(known), known.context)
  }

  /** @throws ConsoleError KUBECONFIG_INVALID */
  async open(known: KnownContext): Promise<ClusterConnection> {
    const unusable = unusableName(known.context.name)
    if (unusable) throw unusable
    const options = await this.options(known)
    known.connection ??= connect(known.context, options)
    return known.connection
  }

  async options(known: KnownContext): Promise<ConnectOptions> {
    const environment = await this.#host.environment
    return { environment, allowExecPlugin: this.#programs.allowFor(this.#clusterOf(known), known.context) }
  }

  /** Ends what continues with a context that is gone. */
  async drop(known: KnownContext): Promise<void> {
    known.checking?.abort.abort()
    await known.connection?.close()
  }
}
