import { environments, type Cluster } from '#shared/contract/clusters.ts'
import { isReachable } from '../../app/index.ts'
import type { StatusKind } from '../../kit/index.ts'

const day = 86_400_000

/** Production first, the sandbox last, else by name. */
export function orderFleet(clusters: readonly Cluster[]): Cluster[] {
  const rank = (cluster: Cluster) => (cluster.environment === 'sandbox' ? 9 : environments.indexOf(cluster.environment))
  return [...clusters].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, 'en', { numeric: true }))
}

/** Nothing can be reached yet and the sandbox waits to be started. */
export function isFirstRun(clusters: readonly Cluster[]): boolean {
  const sandbox = clusters.find((cluster) => cluster.environment === 'sandbox')
  return (sandbox?.health === 'stopped' || sandbox?.health === 'starting') && !clusters.some(isReachable)
}

export interface FleetSummary {
  reachable: number
  total: number
  unreachable: string[]
  podsReady: number
  pods: number
  podClusters: number
  nodesReady: number
  nodes: number
  /** Clusters with the suite, and those of them with a backup of the last 24 h that a trial restore proved. */
  withSuite: number
  verified: number
  unhealthy: number
  /** The newest version of the suite that runs anywhere, and on how many clusters. */
  newest: string | undefined
  onNewest: number
}

/** What each role sees of a cluster, most first. */
const mostSeen = ['administrator', 'operator', 'read_only'] as const

/** The entry through which the same server is seen with more rights, where there is one: two users of one cluster are one cluster. */
export function fullerEntry(cluster: Cluster, entries: readonly Cluster[]): Cluster | undefined {
  const rank = (entry: Cluster) => (entry.role ? mostSeen.indexOf(entry.role) : mostSeen.length)
  return entries.find(
    (other) =>
      other.id !== cluster.id &&
      other.server === cluster.server &&
      other.server !== '' &&
      (rank(other) < rank(cluster) ||
        (rank(other) === rank(cluster) && entries.indexOf(other) < entries.indexOf(cluster))),
  )
}

/** Each cluster once, as the user sees it who sees most. */
export function distinct(entries: readonly Cluster[]): Cluster[] {
  return entries.filter((cluster) => !fullerEntry(cluster, entries))
}

/** @param now milliseconds since 1970 */
export function summarise(entries: readonly Cluster[], now: number): FleetSummary {
  const clusters = distinct(entries)
  const sum = (read: (cluster: Cluster) => number | undefined) =>
    clusters.reduce((total, cluster) => total + (read(cluster) ?? 0), 0)
  const suite = clusters.filter((cluster) => cluster.suiteVersion !== undefined)
  const newest = suite
    .map((cluster) => cluster.suiteVersion ?? '')
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .at(-1)
  return {
    reachable: clusters.filter(isReachable).length,
    total: clusters.length,
    unreachable: clusters.filter((cluster) => cluster.health === 'unreachable').map((cluster) => cluster.name),
    podsReady: sum((cluster) => cluster.pods?.ready),
    pods: sum((cluster) => cluster.pods?.total),
    podClusters: clusters.filter((cluster) => cluster.pods).length,
    nodesReady: sum((cluster) => cluster.nodes?.ready),
    nodes: sum((cluster) => cluster.nodes?.total),
    withSuite: suite.length,
    verified: suite.filter((cluster) => isVerified(cluster, now)).length,
    unhealthy: clusters.filter((cluster) => cluster.health === 'degraded' || cluster.health === 'warning').length,
    newest,
    onNewest: suite.filter((cluster) => cluster.suiteVersion === newest).length,
  }
}

function isVerified(cluster: Cluster, now: number): boolean {
  return cluster.lastBackup?.state === 'verified' && now - cluster.lastBackup.at < day
}

export interface AttentionItem {
  id: string
  cluster: Cluster
  status: StatusKind
  title: string
  detail: string
  /** Where the button leads. */
  step: { title: string; page?: 'overview' | 'workloads' | 'deploy' | 'backups'; effect?: 'check' | 'startSandbox' }
  rank: number
}

/** What needs a person, most urgent first. Only facts that the engine has stated. */
export function attention(clusters: readonly Cluster[], now: number): AttentionItem[] {
  return clusters
    .flatMap((cluster) => [...healthItems(cluster), ...backupItems(cluster, now), ...suiteItems(cluster)])
    .sort(
      (a, b) =>
        a.rank - b.rank ||
        Number(b.cluster.environment === 'production') - Number(a.cluster.environment === 'production'),
    )
}

function healthItems(cluster: Cluster): AttentionItem[] {
  const item = (rest: Omit<AttentionItem, 'id' | 'cluster'>) => [{ id: `${cluster.id} health`, cluster, ...rest }]
  switch (cluster.health) {
    case 'degraded':
      return item({
        status: 'failed',
        title: cluster.summary,
        detail: '',
        step: { title: 'Open pods', page: 'workloads' },
        rank: 0,
      })
    case 'unreachable':
      return item({
        status: 'unknown',
        title: 'cannot be reached',
        detail: cluster.fault?.message ?? cluster.summary,
        step: { title: 'Retry now', effect: 'check' },
        rank: 1,
      })
    case 'warning':
      return item({
        status: 'warning',
        title: cluster.summary,
        detail: '',
        step: { title: 'Open pods', page: 'workloads' },
        rank: 2,
      })
    case 'limited':
      return item({
        status: 'noAccess',
        title: 'shows only a part',
        detail: cluster.summary,
        step: { title: 'Open', page: 'overview' },
        rank: 4,
      })
    default:
      return []
  }
}

/** A sandbox exists for the suite; on other clusters its absence is nobody's fault. */
function suiteItems(cluster: Cluster): AttentionItem[] {
  if (cluster.id !== 'sandbox' || !isReachable(cluster) || cluster.suiteVersion !== undefined) return []
  return [
    {
      id: 'sandbox suite',
      cluster,
      status: 'info',
      title: 'is ready for the suite',
      detail: 'Nothing is deployed yet. A plan shows every object before anything changes.',
      step: { title: 'Deploy…', page: 'deploy' },
      rank: 5,
    },
  ]
}

function backupItems(cluster: Cluster, now: number): AttentionItem[] {
  if (!isReachable(cluster) || cluster.suiteVersion === undefined || cluster.health === 'limited') return []
  if (isVerified(cluster, now)) return []
  const { lastBackup } = cluster
  return [
    {
      id: `${cluster.id} backup`,
      cluster,
      status: 'warning',
      title: lastBackup && now - lastBackup.at < day ? 'last backup is not verified' : 'no backup in 24 h',
      detail:
        lastBackup === undefined
          ? 'The suite runs here and nothing of it is backed up.'
          : 'Only a trial restore proves that a backup can be restored.',
      step: { title: 'Open backups', page: 'backups' },
      rank: 3,
    },
  ]
}
