import type { ClusterRow } from '#shared/contract/clusters.ts'
import { asConsoleError } from '#shared/errors.ts'
import { isKept, moveCluster, type Moved } from '../../storage/moveCluster.ts'
import type { KubeContext } from '../../kube/index.ts'
import type { AuditLog } from '../audit/log.ts'
import { certificateId, sandboxId, uidId } from './identity.ts'
import type { ClusterMemory } from './memory.ts'

export type Identity = Pick<ClusterRow, 'id' | 'identity'>

export interface IdentitiesNeeds {
  memory: ClusterMemory
  /** Folders that hold one folder per cluster. */
  roots: readonly string[]
  /** Whether work is under way on this cluster whose files may not be moved now. */
  isBusy: (cluster: string) => boolean
  audit: Pick<AuditLog, 'append'>
  by: string
}

/**
 * Which cluster each context leads to, and what earlier sessions and versions called that cluster. When a better id is learnt,
 * everything kept under the former ones is moved to it once; until that has worked the former id stays.
 */
export class Identities {
  readonly #needs: IdentitiesNeeds
  /** Kubeconfig entries whose files could not be moved (yet), with the id they are still kept under. */
  readonly #held = new Map<string, string>()

  constructor(needs: IdentitiesNeeds) {
    this.#needs = needs
  }

  /** The cluster of a context, as far as is known without asking it. */
  of(context: KubeContext): Identity {
    const known = this.#needs.memory.clusterOf(context.identity)
    const id = this.#held.get(context.identity) ?? this.#target(context, known)
    return { id, identity: known === undefined && !id.startsWith('uid:') ? 'certificate' : 'uid' }
  }

  /** The id of today for any id a cluster had. */
  resolve(id: string): string {
    const next = this.#needs.memory.joinOf(id)
    return next === undefined || next === null ? id : this.resolve(next)
  }

  formerIds(cluster: string): string[] {
    return this.#needs.memory.formerIds.filter((id) => id !== cluster && this.resolve(id) === cluster)
  }

  /**
   * Takes in a kubeconfig entry, and what its cluster said when it was asked.
   * @param uid of the namespace kube-system, where it could be read
   */
  learn(context: KubeContext, uid?: string): void {
    const { memory } = this.#needs
    const known = memory.clusterOf(context.identity)
    const cluster = uid === undefined ? known : uidId(uid)
    if (known !== undefined && cluster !== known && context.source.kind !== 'sandbox')
      this.#recordChange(context, known, cluster)
    if (cluster !== undefined) this.#dropSharedCertificate(context, cluster)
    const target = this.#target(context, cluster)
    const names = this.#formerNames(context, cluster).filter((name) => memory.joinOf(name) === undefined)
    const former = names.filter((name) => name !== target)
    const held = former.find((name) => this.#isInUse(name, target)) ?? former.find((name) => !this.#move(name, target))
    if (held !== undefined) return void this.#held.set(context.identity, held)
    this.#held.delete(context.identity)
    for (const name of former) memory.join(name, target)
    if (cluster !== undefined) memory.rememberContext(context.identity, { cluster })
  }

  #target(context: KubeContext, cluster: string | undefined): string {
    return context.source.kind === 'sandbox' ? sandboxId : this.resolve(cluster ?? certificateId(context))
  }

  /** Under what this cluster may have been known to this console before. */
  #formerNames(context: KubeContext, cluster: string | undefined): string[] {
    const isSandbox = context.source.kind === 'sandbox'
    const byName = isSandbox && context.name === sandboxId ? [] : [`context:${context.name}`]
    if (cluster === undefined) return byName
    return [...byName, isSandbox ? cluster : certificateId(context)]
  }

  /** One authority and address, two clusters: from then on they lead to neither. */
  #dropSharedCertificate(context: KubeContext, cluster: string): void {
    if (context.source.kind === 'sandbox') return
    const certificate = certificateId(context)
    const joined = this.#needs.memory.joinOf(certificate)
    if (typeof joined === 'string' && this.resolve(joined) !== this.resolve(cluster))
      this.#needs.memory.join(certificate, null)
  }

  #isInUse(from: string, to: string): boolean {
    const { roots, isBusy } = this.#needs
    return (isBusy(from) || isBusy(to)) && roots.some((root) => isKept(root, from))
  }

  /** @returns whether what was kept under the former id is under the new one */
  #move(from: string, to: string): boolean {
    const { roots, memory } = this.#needs
    try {
      const kept = roots.filter((root) => isKept(root, from))
      const moved = kept.map((root): [string, Moved] => [root, moveCluster(root, from, to)])
      const hasEnvironment = memory.moveEnvironment(from, to)
      if (moved.length > 0 || hasEnvironment) this.#recordMove(from, to, Object.fromEntries(moved))
      return true
    } catch (thrown) {
      const { code, message } = asConsoleError(thrown)
      this.#record('failed', 'could not move what is kept about a cluster', from, { from, to, code, message })
      return false
    }
  }

  #recordMove(from: string, to: string, folders: Record<string, Moved>): void {
    this.#record('done', 'moved what is kept about a cluster to its new id', to, { from, to, folders })
  }

  #recordChange(context: KubeContext, known: string, cluster: string | undefined): void {
    const details = { context: context.name, before: known, now: cluster }
    this.#record('done', 'found another cluster behind a context', cluster ?? '', details)
  }

  #record(outcome: 'done' | 'failed', summary: string, cluster: string, details: Record<string, unknown>): void {
    const { audit, by } = this.#needs
    audit
      .append({ by, action: 'clusters.identify', summary, cluster, namespace: '', effect: 'write', outcome, details })
      .catch((error: unknown) => console.error(`Not in the audit log: ${summary}.`, error))
  }
}
