import { create } from 'zustand'
import type { z } from 'zod'
import type { Permission, Scope } from '#shared/contract/base.ts'
import type { Cluster, kubeconfigProblem } from '#shared/contract/clusters.ts'
import { useConnection } from '../../client/index.ts'
import { useLocation } from './location.ts'

type KubeconfigProblem = z.infer<typeof kubeconfigProblem>

interface ClustersState {
  clusters: readonly Cluster[]
  problems: readonly KubeconfigProblem[]
  /** False until the engine has said what there is. */
  isKnown: boolean
}

/** All clusters the engine knows, kept by the shell from `clusters.watch`. */
export const useClusters = create<ClustersState>(() => ({ clusters: [], problems: [], isKnown: false }))

/** The cluster the window speaks of. */
export function useCurrentCluster(): Cluster | undefined {
  const id = useLocation((location) => location.cluster)
  return useClusters((state) => state.clusters.find((cluster) => cluster.id === id))
}

export function useCluster(id: string | null): Cluster | undefined {
  return useClusters((state) => state.clusters.find((cluster) => cluster.id === id))
}

/** Cluster and namespace of the moment, as the contract's inputs want them; null before a cluster was chosen. */
export function useScope(): Scope | null {
  const cluster = useCurrentCluster()
  const chosen = useLocation((location) => (cluster ? location.namespaces[cluster.id] : undefined))
  return cluster ? { context: cluster.id, namespace: chosen ?? cluster.namespace } : null
}

const ranks: Record<Permission, number> = { read_only: 0, operator: 1, administrator: 2 }
const roleNames: Record<Permission, string> = {
  read_only: 'read only',
  operator: 'operator',
  administrator: 'administrator',
}

/** Whether calls can reach a cluster in this state at all. */
export function isReachable(cluster: Cluster): boolean {
  return ['healthy', 'warning', 'degraded', 'limited'].includes(cluster.health)
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
  if (target.role && ranks[target.role] < ranks[permission]) {
    return `You need the ${roleNames[permission]} role. Your role in ${target.name} is ${roleNames[target.role]}.`
  }
  return undefined
}
