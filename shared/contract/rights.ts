import type { Contract } from './index.ts'
import { accountsRights } from './accounts.ts'
import { appRights } from './app.ts'
import { auditRights } from './audit.ts'
import { backupsRights } from './backups.ts'
import { certificatesRights } from './certificates.ts'
import { clustersRights } from './clusters.ts'
import { configurationRights } from './configuration.ts'
import { deployRights } from './deploy.ts'
import { driftRights } from './drift.ts'
import { eventsRights } from './events.ts'
import { forwardsRights } from './forwards.ts'
import { logsRights } from './logs.ts'
import { metricsRights } from './metrics.ts'
import { migrationsRights } from './migrations.ts'
import { podsRights } from './pods.ts'
import { releasesRights } from './releases.ts'
import { rolloutsRights } from './rollouts.ts'
import { sandboxRights } from './sandbox.ts'
import { servicesRights } from './services.ts'
import { streamsRights } from './streams.ts'
import { tasksRights } from './tasks.ts'
import { terminalsRights } from './terminals.ts'
import { uninstallRights } from './uninstall.ts'
import { workloadsRights } from './workloads.ts'
import type { Right, RightVerb } from './right.ts'

type CallName = { [Noun in keyof Contract]: `${Noun}.${keyof Contract[Noun] & string}` }[keyof Contract]

const byNoun = {
  accounts: accountsRights,
  app: appRights,
  audit: auditRights,
  backups: backupsRights,
  certificates: certificatesRights,
  clusters: clustersRights,
  configuration: configurationRights,
  deploy: deployRights,
  drift: driftRights,
  events: eventsRights,
  forwards: forwardsRights,
  logs: logsRights,
  metrics: metricsRights,
  migrations: migrationsRights,
  pods: podsRights,
  releases: releasesRights,
  rollouts: rolloutsRights,
  sandbox: sandboxRights,
  services: servicesRights,
  streams: streamsRights,
  tasks: tasksRights,
  terminals: terminalsRights,
  uninstall: uninstallRights,
  workloads: workloadsRights,
} satisfies Record<keyof Contract, unknown>

/** What every call and stream asks of Kubernetes, by its name (`pods.delete`). */
export const rights = Object.fromEntries(
  Object.entries(byNoun).flatMap(([noun, calls]) =>
    Object.entries<readonly Right[]>(calls).map(([call, needed]) => [`${noun}.${call}`, needed]),
  ),
) as Record<CallName, readonly Right[]>

/** All that the product needs, each resource once, sorted; what the operator's Role and ClusterRole are made of. */
export function allRights(calls: Readonly<Record<string, readonly Right[]>> = rights): Right[] {
  const merged = new Map<string, Right>()
  for (const { verbs, ...one } of Object.values(calls).flat()) {
    const key = `${one.isClusterScoped ? 1 : 0} ${one.group} ${one.resource}`
    const known = merged.get(key)?.verbs ?? []
    merged.set(key, { ...one, verbs: order.filter((verb) => known.includes(verb) || verbs.includes(verb)) })
  }
  return [...merged].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one)
}

const order: readonly RightVerb[] = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete']
