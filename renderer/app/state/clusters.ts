import { create } from 'zustand'
import type { z } from 'zod'
import type { Fault, Permission, Scope } from '#shared/contract/base.ts'
import { environments, type ClusterRow, type ContextRow, type kubeconfigProblem } from '#shared/contract/clusters.ts'
import { useConnection } from '../../client/index.ts'
import { useLocation } from './location.ts'

type KubeconfigProblem = z.infer<typeof kubeconfigProblem>

interface ClustersState {
  /** The ways to them, as kubeconfig files have them. */
  contexts: readonly ContextRow[]
  clusters: readonly ClusterRow[]
  problems: readonly KubeconfigProblem[]
  /** False until the engine has said what there is. */
  isKnown: boolean
  /** Why the list could not be read, or not be renewed. */
  fault: Fault | undefined
}

/** All contexts and clusters the engine knows, kept by the shell from `clusters.watch`. */
export const useClusters = create<ClustersState>(() => ({
  contexts: [],
  clusters: [],
  problems: [],
  isKnown: false,
  fault: undefined,
}))

/** The cluster that the window shows, by the context that it is shown by. */
export function useCurrentCluster(): ContextRow | undefined {
  const id = useLocation((location) => location.cluster)
  return useCluster(id)
}

/** @param id of a context */
export function useCluster(id: string | null): ContextRow | undefined {
  return useClusters((state) => state.contexts.find((context) => context.id === id))
}

/** The best context that leads to a cluster. @param id any id of it: of today, of earlier, or of one of its contexts */
export function useContextTo(id: string): ContextRow | undefined {
  return useClusters((state) => {
    const best = findCluster(state, id)?.contexts[0]
    return state.contexts.find((context) => context.id === best)
  })
}

/** Whether two ids lead to one cluster, whichever of its ids or contexts they are. */
export function isSameCluster(a: string, b: string): boolean {
  if (a === b) return true
  const state = useClusters.getState()
  const cluster = findCluster(state, a)
  return cluster !== undefined && cluster === findCluster(state, b)
}

function findCluster({ clusters }: Pick<ClustersState, 'clusters'>, id: string): ClusterRow | undefined {
  const isOf = (cluster: ClusterRow) => cluster.id === id || cluster.contexts.includes(id)
  return clusters.find(isOf) ?? clusters.find((cluster) => cluster.formerIds.includes(id))
}

/** Cluster and namespace of the moment, as the contract's inputs want them; null before a cluster was chosen. */
export function useScope(): Scope | null {
  const cluster = useCurrentCluster()
  const chosen = useLocation((location) => (cluster ? location.namespaces[cluster.cluster] : undefined))
  return cluster ? { context: cluster.id, namespace: chosen ?? cluster.namespace } : null
}

/** Production first, the sandbox last, else by name: the order of the fleet, the switcher and Ctrl+1 to Ctrl+9. */
export function orderedClusters<Row extends Pick<ContextRow, 'name' | 'environment'>>(rows: readonly Row[]): Row[] {
  const rank = ({ environment }: Row) => (environment === 'sandbox' ? 9 : environments.indexOf(environment))
  return [...rows].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en', { numeric: true }))
}

/** All contexts in that order, those that lead to one cluster side by side. */
export function useOrderedContexts(): ContextRow[] {
  const { contexts, clusters } = useClusters()
  return orderedClusters(clusters).flatMap(({ id }) => contexts.filter(({ cluster }) => cluster === id))
}

const ranks: Record<Permission, number> = { read_only: 0, operator: 1, administrator: 2 }
const roleNames: Record<Permission, string> = {
  read_only: 'read only',
  operator: 'operator',
  administrator: 'administrator',
}

/** Whether calls can reach a cluster in this state at all. */
export function isReachable(cluster: ContextRow): boolean {
  return ['reachable', 'healthy', 'warning', 'degraded', 'limited'].includes(cluster.health)
}

/** Whether nothing is known of it yet: neither that it can be reached nor that it cannot. */
export function isUnasked({ health }: ContextRow): boolean {
  return health === 'unknown' || health === 'checking'
}

/**
 * Why an action on a cluster cannot be used now, for a button's `reason`; undefined when it can.
 * @param cluster the current one when not named
 */
export function useBlocked(permission: Permission, cluster?: string): string | undefined {
  const isConnected = useConnection((connection) => connection.state === 'connected')
  const current = useLocation((location) => location.cluster)
  const target = useCluster(cluster ?? current)
  if (!isConnected) return 'The engine is not connected. Actions come back with it.'
  if (!target) return 'No cluster is chosen.'
  if (!isReachable(target)) return `${target.name} cannot be reached now: ${target.summary}.`
  if (!target.role && permission !== 'read_only')
    return `Your role in ${target.name} is not known yet. Retry the connection.`
  if (target.role && ranks[target.role] < ranks[permission]) {
    return `You need the ${roleNames[permission]} role. Your role in ${target.name} is ${roleNames[target.role]}.`
  }
  return undefined
}
