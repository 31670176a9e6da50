import { createHash } from 'node:crypto'
import { credentialLines, isShowable } from '#shared/rpc/consent.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { AllowSending, CredentialRisk, KubeContext } from '../../kube/index.ts'
import type { Host } from '../../ports/host.ts'
import type { AuditLog } from '../audit/log.ts'
import type { ClusterMemory } from './memory.ts'
import type { Questions } from './questions.ts'

interface Needs {
  host: Pick<Host, 'approveCredentials' | 'user'>
  memory: ClusterMemory
  audit: Pick<AuditLog, 'append'>
  questions: Questions
}

/**
 * Credentials that could go astray: a kubeconfig may name any file of the person as a token or key, and any server, and http. The person is asked before any of it
 * is read. A yes is remembered for this server and these files.
 */
export class CredentialConsent {
  readonly #needs: Needs

  constructor(needs: Needs) {
    this.#needs = needs
  }

  /** What a connection of this context asks before it reads and sends them. */
  allowFor(cluster: string, context: KubeContext): AllowSending {
    return (risk) => this.#allows(cluster, context, risk)
  }

  #allows(cluster: string, context: KubeContext, risk: CredentialRisk): Promise<boolean> {
    const { memory, questions } = this.#needs
    const key = keyOf(context, risk)
    return questions.allows({
      key,
      isAllowed: () => memory.allowsCredentials(key),
      ask: () => this.#ask(cluster, context, risk, key),
    })
  }

  async #ask(cluster: string, context: KubeContext, risk: CredentialRisk, key: string): Promise<boolean> {
    const { host, memory, audit } = this.#needs
    const { server } = context.cluster
    const question = { context: context.name, server, files: [...risk.files], isPlain: risk.isPlain }
    if (!isShowable(credentialLines(question)))
      throw new ConsoleError(
        'FORBIDDEN',
        'The kubeconfig names files and a server whose names are longer than a dialog can show, so you cannot be asked about them. Nothing was read or sent. Use shorter paths.',
        { consent: 'credentials' },
      )
    const isAllowed = await host.approveCredentials(question)
    await audit.append({
      by: host.user,
      action: 'clusters.approveCredentials',
      summary: isAllowed ? 'allowed credentials to be sent' : 'refused to send credentials',
      cluster,
      namespace: '',
      effect: 'write',
      outcome: isAllowed ? 'done' : 'refused',
      details: { context: context.name, server, files: question.files, unencrypted: risk.isPlain },
    })
    if (isAllowed) await memory.allowCredentials(key)
    return isAllowed
  }
}

/** Another server, another way to it or another file is another question. */
function keyOf({ cluster }: KubeContext, { files, isPlain }: CredentialRisk): string {
  const { server, proxyUrl, skipTlsVerify, tlsServerName, caFile, caData } = cluster
  const parts = [server, proxyUrl, skipTlsVerify, tlsServerName, caFile, caData, [...files].sort(), isPlain]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
