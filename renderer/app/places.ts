import type { ClusterRow, ContextRow } from '#shared/contract/clusters.ts'
import { orderedClusters } from './state/clusters.ts'
import type { LocationState } from './state/location.ts'

interface Rows {
  contexts: readonly ContextRow[]
  clusters: readonly ClusterRow[]
}
type Where = Pick<LocationState, 'cluster' | 'namespaces'>

/**
 * Where the window is among the current contexts and clusters. A context that was renamed is followed to its cluster, namespaces that
 * were chosen under a former id are moved; without any of that the sandbox is shown, or the first cluster in order.
 */
export function placeAmong({ contexts, clusters }: Rows, { cluster, namespaces }: Where): Where {
  return {
    cluster: contexts.some(({ id }) => id === cluster) ? cluster : successorOf(cluster, contexts, clusters),
    namespaces: moved(namespaces, clusters),
  }
}

function successorOf(id: string | null, contexts: readonly ContextRow[], clusters: readonly ClusterRow[]) {
  const same = clusters.find((cluster) => id !== null && (cluster.id === id || cluster.formerIds.includes(id)))
  const sandbox = contexts.find(({ environment }) => environment === 'sandbox')
  return same?.contexts[0] ?? sandbox?.id ?? orderedClusters(contexts)[0]?.id ?? null
}

function moved(namespaces: Where['namespaces'], clusters: readonly ClusterRow[]): Where['namespaces'] {
  const next = new Map(Object.entries(namespaces))
  for (const cluster of clusters) {
    for (const id of [...cluster.contexts, ...cluster.formerIds]) {
      const chosen = next.get(id)
      if (id === cluster.id || chosen === undefined) continue
      if (!next.has(cluster.id)) next.set(cluster.id, chosen)
      next.delete(id)
    }
  }
  return Object.fromEntries(next)
}
