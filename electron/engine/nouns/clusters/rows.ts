import { permissions, type Permission, type Suite } from '#shared/contract/base.ts'
import type { ClusterRow, ContextRow, Environment, SuiteRow } from '#shared/contract/clusters.ts'
import type { KubeContext } from '../../kube/index.ts'
import { careful } from './environment.ts'
import type { KnownContext } from './contexts.ts'
import type { Identity } from './identities.ts'
import type { SuitesSeen } from './suites.ts'

/** Where the suite is when nothing else is said. */
export const suiteNamespace = 'agency-swarm'

/** What is known of a context beside what was seen by it. */
export interface Place {
  known: KnownContext
  identity: Identity
  environment: Environment
  role: Permission | undefined
}

/** The namespace a context names, else the suite's own. */
export function namespaceOf({ namespace }: KubeContext): string {
  return namespace !== undefined && namespace !== 'default' ? namespace : suiteNamespace
}

export function contextRow({ known, identity, environment, role }: Place): ContextRow {
  const { context, facts, checkedAt, lookedAt } = known
  const isFirstCheck = checkedAt === undefined && known.checking
  return {
    ...facts,
    ...(isFirstCheck ? { health: 'checking' as const, summary: 'Checking' } : {}),
    id: known.id,
    name: context.name,
    cluster: identity.id,
    environment,
    source: context.source.kind === 'sandbox' ? 'built in' : context.source.path,
    server: context.cluster.server,
    namespace: namespaceOf(context),
    role,
    checkedAt,
    lookedAt,
  }
}

/** One row for each cluster, from all the contexts that lead to it. */
export function clusterRows(
  places: readonly Place[],
  formerIds: (cluster: string) => string[],
  lastBackup: (suite: Suite) => SuiteRow['lastBackup'],
): ClusterRow[] {
  return [...new Set(places.map(({ identity }) => identity.id))].map((id): ClusterRow => {
    const ways = places.filter(({ identity }) => identity.id === id)
    const { seen, suites } = mostSeen(ways.map(({ known }) => known))
    const [first] = ways
    return {
      id,
      name: first?.known.context.name ?? id,
      environment: first?.environment ?? 'other',
      identity: ways.some(({ identity }) => identity.identity === 'uid') ? 'uid' : 'certificate',
      contexts: bestFirst(ways).map(({ known }) => known.id),
      formerIds: formerIds(id),
      suites: suites.map((suite) => ({
        ...suite,
        lastBackup: lastBackup({ cluster: id, namespace: suite.namespace }),
      })),
      suitesSeen: seen,
    }
  })
}

/** Reachable, with the highest role, used last; else in the order of the files. */
export function bestFirst(places: readonly Place[]): Place[] {
  const rank = ({ role }: Place) => (role === undefined ? -1 : permissions.indexOf(role))
  return [...places].sort(
    (a, b) =>
      Number(isReachable(b)) - Number(isReachable(a)) ||
      rank(b) - rank(a) ||
      b.known.usedAt - a.known.usedAt ||
      Number(b.known.context.isCurrent) - Number(a.known.context.isCurrent),
  )
}

function isReachable({ known }: Place): boolean {
  return ['reachable', 'healthy', 'warning', 'degraded', 'limited'].includes(known.facts.health)
}

/** One context that saw every namespace, the newest; else what several saw between them. */
function mostSeen(known: readonly KnownContext[]): SuitesSeen {
  const newestFirst = [...known].sort((a, b) => (b.lookedAt ?? 0) - (a.lookedAt ?? 0))
  const whole = newestFirst.find(({ suites }) => suites.seen === 'all')
  if (whole) return whole.suites
  const parts = newestFirst.filter(({ suites }) => suites.seen === 'some').flatMap(({ suites }) => suites.suites)
  const byNamespace = new Map(parts.toReversed().map((suite) => [suite.namespace, suite]))
  if (newestFirst.some(({ suites }) => suites.seen === 'some'))
    return { seen: 'some', suites: [...byNamespace.values()] }
  const isFailed = newestFirst.some(({ suites }) => suites.seen === 'failed')
  return { seen: isFailed ? 'failed' : 'notAsked', suites: [] }
}

/** Production first, the sandbox last; within that as the files have them. */
export function byEnvironment(a: { environment: Environment }, b: { environment: Environment }): number {
  return careful.indexOf(a.environment) - careful.indexOf(b.environment)
}
