import type { SuiteRow } from '#shared/contract/clusters.ts'
import type { PageId } from '../../app/index.ts'
import type { StatusKind } from '../../kit/index.ts'
import { isFresh, isLookedAt, isVerified, type FleetRow } from './fleetRows.ts'

export interface AttentionItem {
  id: string
  row: FleetRow
  status: StatusKind
  title: string
  detail: string
  /** Where the button leads; without a page it checks the cluster again. */
  step: { title: string; page?: PageId; namespace?: string; context?: string }
  rank: number
}

/** What needs a person, most urgent first. Only facts that the engine has stated. @param now milliseconds since 1970 */
export function attention(rows: readonly FleetRow[], now: number): AttentionItem[] {
  const isProduction = ({ row }: AttentionItem) => Number(row.environment === 'production')
  return rows
    .flatMap((row) => [...healthItems(row), ...wayItems(row), ...backupItems(row, now), ...suiteItems(row)])
    .sort((a, b) => a.rank - b.rank || isProduction(b) - isProduction(a))
}

function healthItems(row: FleetRow): AttentionItem[] {
  const { health, summary, fault } = row.best
  const item = (rest: Omit<AttentionItem, 'id' | 'row'>) => [{ id: `${row.id} health`, row, ...rest }]
  const pods = { detail: '', step: { title: 'Open pods', page: 'workloads' as const } }
  switch (health) {
    case 'degraded':
      return item({ ...pods, status: 'failed', title: summary, rank: 0 })
    case 'unreachable':
      return item({
        status: 'unknown',
        title: 'cannot be reached',
        detail: fault?.message ?? summary,
        step: { title: 'Retry now' },
        rank: 1,
      })
    case 'warning':
      return item({ ...pods, status: 'warning', title: summary, rank: 2 })
    case 'limited':
      return item({
        status: 'noAccess',
        title: 'is only partly visible to you',
        detail: summary,
        step: { title: 'Open', page: 'overview' },
        rank: 4,
      })
    default:
      return []
  }
}

/** A context that fails where another one of the same cluster works: its own sign-in or route is at fault. */
function wayItems(row: FleetRow): AttentionItem[] {
  if (row.best.health === 'unreachable') return []
  return row.ways
    .filter(({ health }) => health === 'unreachable')
    .map((way) => ({
      id: way.id,
      row,
      status: 'unknown',
      title: `cannot be reached by context ${way.name}`,
      detail: way.fault?.message ?? way.summary,
      step: { title: 'Retry now', context: way.id },
      rank: 4,
    }))
}

/** The sandbox is there for the suite; on other clusters its absence is no finding. */
function suiteItems(row: FleetRow): AttentionItem[] {
  if (row.environment !== 'sandbox' || !isLookedAt(row) || row.suitesSeen !== 'all' || row.suites.length > 0) return []
  return [
    {
      id: 'sandbox suite',
      row,
      status: 'info',
      title: 'is ready for the suite',
      detail: 'Nothing is deployed yet. A plan shows every object before anything changes.',
      step: { title: 'Deploy…', page: 'deploy' },
      rank: 5,
    },
  ]
}

function backupItems(row: FleetRow, now: number): AttentionItem[] {
  if (!isLookedAt(row)) return []
  return row.suites
    .filter((suite) => !isVerified(suite, now))
    .map((suite) => ({
      id: `${row.id} ${suite.namespace} backup`,
      row,
      status: suite.lastBackup?.state === 'damaged' ? 'failed' : 'warning',
      ...backupWords(suite, now),
      step: { title: 'Open backups', page: 'backups', namespace: suite.namespace },
      rank: 3,
    }))
}

function backupWords({ namespace, lastBackup }: SuiteRow, now: number): { title: string; detail: string } {
  if (!lastBackup) return { title: 'has no backup', detail: `No backup of ${namespace} is stored on this computer.` }
  if (lastBackup.state === 'damaged')
    return { title: 'has a damaged backup', detail: `The newest backup of ${namespace} cannot be restored.` }
  return {
    title: isFresh(lastBackup, now) ? 'last backup is not verified' : 'no backup in 24 h',
    detail: `Namespace ${namespace}. Only a trial restore proves that a backup can be restored.`,
  }
}
