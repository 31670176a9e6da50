import type { Known, Unknown, UnreadKind } from '#shared/contract/unknown.ts'
import { faultOf, type ErrorCode } from '#shared/errors.ts'
import { listObjects, type ClusterConnection, type KubeObject, type ListOptions } from '../kube/index.ts'

/**
 * What an answer is worth: its value, or why there is none. What was asked for is never replaced by an empty one.
 * @throws ConsoleError CANCELLED, which is no answer
 */
export async function known<Value>(work: Promise<Value>): Promise<Known<Value>> {
  try {
    return { state: 'known', value: await work }
  } catch (thrown) {
    const fault = faultOf(thrown)
    if (fault.code === 'CANCELLED') throw thrown
    return { state: stateOf(fault.code), fault }
  }
}

/** The same knowledge about something made of it. */
export const mapKnown = <From, To>(from: Known<From>, map: (value: From) => To): Known<To> =>
  from.state === 'known' || from.state === 'stale' ? { ...from, value: map(from.value) } : from

function stateOf(code: ErrorCode): Unknown['state'] {
  if (code === 'FORBIDDEN' || code === 'METRICS_FORBIDDEN') return 'forbidden'
  return code === 'NOT_FOUND' || code === 'METRICS_ABSENT' ? 'absent' : 'failed'
}

/** Lists that one decision leans on. Those that could not be read are in `unread`: whoever decides has to look there. */
export class Lists {
  readonly unread: UnreadKind[] = []
  readonly #connection: ClusterConnection
  readonly #options: ListOptions

  constructor(connection: ClusterConnection, options: ListOptions) {
    this.#connection = connection
    this.#options = options
  }

  /** All of a kind, or none of them and an entry in `unread`. */
  async all<Kind = KubeObject>(apiVersion: string, kind: string, more: ListOptions = {}): Promise<Kind[]> {
    const listed = await known(listObjects(this.#connection, { apiVersion, kind }, { ...this.#options, ...more }))
    if (listed.state === 'known') return listed.value as Kind[]
    if (listed.state !== 'stale' && listed.fault) this.unread.push({ kind, state: listed.state, fault: listed.fault })
    return []
  }
}

/** "You may not list ResourceQuotas." */
export function whyUnread({ kind, state, fault }: UnreadKind): string {
  if (state === 'forbidden') return `You may not list ${pluralOf(kind)}.`
  if (state === 'absent') return `The cluster does not serve ${pluralOf(kind)}.`
  return `${pluralOf(kind)} could not be listed: ${fault.message}`
}

/** PodDisruptionBudgets, NetworkPolicies, StorageClasses */
const pluralOf = (kind: string): string => {
  if (kind.endsWith('y')) return `${kind.slice(0, -1)}ies`
  return kind.endsWith('s') ? `${kind}es` : `${kind}s`
}
