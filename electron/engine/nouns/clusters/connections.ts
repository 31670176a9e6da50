import {
  connect,
  credentialRisk,
  credentialsRefused,
  type ClusterConnection,
  type ConnectOptions,
} from '../../kube/index.ts'
import type { Host } from '../../ports/host.ts'
import { unusableName } from './contextIds.ts'
import type { KnownContext } from './contexts.ts'
import type { CredentialConsent } from './credentialConsent.ts'
import type { Programs } from './programs.ts'

/** What the person is asked before a context signs in. */
export interface Consents {
  programs: Programs
  credentials: CredentialConsent
}

/** One pooled connection per context, opened when it is first asked for. */
export class Connections {
  readonly #host: Pick<Host, 'environment'>
  readonly #consents: Consents
  readonly #clusterOf: (known: KnownContext) => string

  /** @param clusterOf the id of a context's cluster, for the audit log */
  constructor(host: Pick<Host, 'environment'>, consents: Consents, clusterOf: (known: KnownContext) => string) {
    this.#host = host
    this.#consents = consents
    this.#clusterOf = clusterOf
  }

  /**
   * Asks ahead of a check, so that the time a person takes to answer does not count as time the cluster takes, and nothing is sent before.
   * @throws ConsoleError FORBIDDEN when the person refuses
   */
  async settle(known: KnownContext): Promise<void> {
    const cluster = this.#clusterOf(known)
    const { context } = known
    const risk = await credentialRisk(context)
    if (risk && !(await this.#consents.credentials.allowFor(cluster, context)(risk)))
      throw credentialsRefused(context, risk)
    await this.#consents.programs.settle(cluster, context)
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
    const cluster = this.#clusterOf(known)
    const { programs, credentials } = this.#consents
    return {
      environment,
      allowExecPlugin: programs.allowFor(cluster, known.context),
      allowSending: credentials.allowFor(cluster, known.context),
    }
  }

  /** Ends what continues with a context that is gone. */
  async drop(known: KnownContext): Promise<void> {
    known.checking?.abort.abort()
    await known.connection?.close()
  }
}
