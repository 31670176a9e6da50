import type { ClusterRow, ContextRow, SuiteRow } from '#shared/contract/clusters.ts'
import { isReachable, isUnasked, orderedClusters } from '../../app/index.ts'

/** A cluster as the fleet shows it: by the best of the contexts that lead to it. */
export interface FleetRow extends Pick<ClusterRow, 'id' | 'name' | 'environment' | 'suites' | 'suitesSeen'> {
  best: ContextRow
  /** All contexts that lead to it, the best one first. */
  ways: ContextRow[]
}

/** Production first, the sandbox last, else by name. */
export function fleetRows(contexts: readonly ContextRow[], clusters: readonly ClusterRow[]): FleetRow[] {
  const rows = clusters.flatMap(({ id, name, environment, suites, suitesSeen, contexts: ids }): FleetRow[] => {
    const ways = ids.flatMap((way) => contexts.find((context) => context.id === way) ?? [])
    const [best] = ways
    return best ? [{ id, name, environment, suites, suitesSeen, best, ways }] : []
  })
  return orderedClusters(rows)
}

/** Whether its pods and suites were read since the window opened the fleet: before that nothing is said of them. */
export const isLookedAt = ({ best }: FleetRow): boolean => isReachable(best) && best.health !== 'reachable'

/** Contexts that nothing is known of yet. */
export const unasked = (rows: readonly FleetRow[]): number =>
  rows.flatMap(({ ways }) => ways).filter((way) => isUnasked(way) || way.health === 'reachable').length

/** Nothing can be reached yet and the sandbox waits to be started. */
export function isFirstRun(rows: readonly FleetRow[]): boolean {
  const sandbox = rows.find(({ environment }) => environment === 'sandbox')?.best
  const isWaiting = sandbox?.health === 'stopped' || sandbox?.health === 'starting'
  return isWaiting && !rows.some(({ best }) => isReachable(best) || isUnasked(best))
}

const day = 86_400_000

/** A backup of the last 24 h that a trial restore has proved. @param now milliseconds since 1970 */
export function isVerified({ lastBackup }: SuiteRow, now: number): boolean {
  return lastBackup?.state === 'verified' && isFresh(lastBackup, now)
}

export function isFresh({ at }: { at: number }, now: number): boolean {
  return now - at < day
}

/** The suite whose backup is the furthest from proved: what a cluster with several shows. */
export function worstBackedUp({ suites }: FleetRow): SuiteRow | undefined {
  const rank = ({ lastBackup }: SuiteRow) =>
    lastBackup?.state === 'verified' ? lastBackup.at : (lastBackup?.at ?? 0) / 2
  return [...suites].sort((a, b) => rank(a) - rank(b))[0]
}
