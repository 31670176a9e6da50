import type { SupportedMessagePort } from '@orpc/client/message-port'
import { join } from 'node:path'
import type { Contract } from '#shared/contract/index.ts'
import { loadBundle } from '#shared/bundle/index.ts'
import { liveMigrations } from './database/appliedMigrations.ts'
import { podDatabases } from './database/podDatabase.ts'
import { Credits } from './flow/credit.ts'
import { accountsNoun } from './nouns/accounts/handlers.ts'
import { appNoun, streamsNoun } from './nouns/app/handlers.ts'
import { auditNoun } from './nouns/audit/handlers.ts'
import { AuditChain } from './nouns/audit/chain.ts'
import { Checkpoints } from './nouns/audit/checkpoints.ts'
import { InterruptedCalls } from './nouns/audit/interruptedCalls.ts'
import { AuditLog } from './nouns/audit/log.ts'
import { TaskOutcomes } from './nouns/audit/taskOutcomes.ts'
import { Backups } from './nouns/backups/backups.ts'
import { backupsNoun } from './nouns/backups/handlers.ts'
import type { SecretReaders } from './nouns/certificates/certificates.ts'
import { certificatesNoun } from './nouns/certificates/handlers.ts'
import { Clusters } from './nouns/clusters/clusters.ts'
import { clustersNoun, sandboxNoun } from './nouns/clusters/handlers.ts'
import { ClusterMemory } from './nouns/clusters/memory.ts'
import { Configuration } from './nouns/configuration/configuration.ts'
import { configurationNoun } from './nouns/configuration/handlers.ts'
import { deployNoun, driftNoun, releasesNoun, uninstallNoun } from './nouns/deploy/handlers.ts'
import type { DeploymentsNeeds } from './nouns/deploy/needs.ts'
import type { UninstallNeeds } from './nouns/deploy/uninstall/uninstall.ts'
import { forwardsNoun } from './nouns/forwards/handlers.ts'
import { logsNoun } from './nouns/logs/handlers.ts'
import { metricsNoun } from './nouns/metrics/handlers.ts'
import { migrationsNoun } from './nouns/migrations/handlers.ts'
import type { MigrationsNeeds } from './nouns/migrations/migrations.ts'
import { rolloutsNoun } from './nouns/rollouts/handlers.ts'
import { tasksNoun } from './nouns/tasks/handlers.ts'
import { Tasks } from './nouns/tasks/tasks.ts'
import { terminalsNoun } from './nouns/terminals/handlers.ts'
import { eventsNoun, podsNoun, servicesNoun, workloadsNoun } from './nouns/workloads/handlers.ts'
import { LiveLists } from './objects/liveLists.ts'
import { SuiteLeases } from './objects/suiteLeases.ts'
import type { Host } from './ports/host.ts'
import type { EngineContext } from './rpc/context.ts'
import { handlersOf, startNouns, stopNouns, type Noun } from './rpc/noun.ts'
import { engine } from './rpc/router.ts'
import { servePort } from './rpc/serve.ts'
import { prepareDataDirectory } from './storage/dataDirectory.ts'
import { SettingsFile } from './storage/settings.ts'
import { thisConsole } from './storage/thisConsole.ts'

/** A running engine: everything the app does to clusters, without a window. */
export interface Engine {
  /** Answers the contract on this port until it closes. */
  serve(port: SupportedMessagePort): void
  /** After sleep or a change of network: drops connections and resumes at once. */
  reconnect(): void
  stop(): Promise<void>
}

/** Puts the nouns together. This is the one place where one noun is handed to another. */
export function createEngine(host: Host): Engine {
  const needs = createNeeds(host)
  const { audit, clusters, settings } = needs
  host.showTheme(settings.current.theme)
  settings.changes.on(({ theme }) => host.showTheme(theme))

  const nouns = createNouns(needs)
  const router = engine.router(handlersOf(nouns))
  const context: EngineContext = { directory: clusters, audit, user: host.user }
  startNouns(nouns)
  return {
    serve: (port) => servePort(router, context, port),
    reconnect: () => clusters.reconnect(),
    stop: () => stopNouns(nouns),
  }
}

/** All that nouns may ask for; each names its part of it. */
interface Needs extends DeploymentsNeeds, UninstallNeeds, MigrationsNeeds {
  host: Host
  leases: SuiteLeases
  settings: SettingsFile
  audit: AuditLog
  outcomes: TaskOutcomes
  interruptedCalls: InterruptedCalls
  checkpoints: Checkpoints
  chain: AuditChain
  clusters: Clusters
  backups: Backups
  configuration: Configuration
  lists: LiveLists
  credits: Credits
  kubectlPath: () => string
  readers: SecretReaders
}

function createNeeds(host: Host): Needs {
  const now = () => host.now()
  prepareDataDirectory(host.dataDirectory)
  const settings = new SettingsFile(host.dataDirectory)
  const audit = new AuditLog(join(host.dataDirectory, 'audit'), now)
  const interruptedCalls = new InterruptedCalls(audit)
  const lists = new LiveLists()
  const clusters: Clusters = new Clusters({
    host,
    settings,
    memory: new ClusterMemory(host.dataDirectory),
    audit,
    roots: ['backups', 'restores'].map((folder) => join(host.dataDirectory, folder)),
    isBusy: (cluster) => tasks.all().some((task) => task.state === 'running' && task.cluster === cluster),
    lists,
    lastBackup: (suite) => backups.newest(suite),
  })
  const tasks: Tasks = new Tasks(
    join(host.dataDirectory, 'tasks'),
    (scope) => clusters.suiteOf(scope),
    now,
    (a, b) => clusters.isSameCluster(a, b),
  )
  const checkpoints = new Checkpoints(join(host.dataDirectory, 'audit'), audit, now)
  const chain = new AuditChain({ audit, checkpoints, directory: clusters, host })
  const outcomes = new TaskOutcomes(tasks, audit, async ({ context, namespace }) => {
    await chain.keep({ context, namespace })
  })
  const databases = podDatabases(clusters)
  const leases = new SuiteLeases({ directory: clusters, worker: thisConsole(host.dataDirectory, host.user) })
  const backups: Backups = new Backups({
    tasks,
    directory: clusters,
    leases,
    databases,
    host,
    auditCheckpoint: () => checkpoints.sign(),
  })
  backups.changes.on((suite) => clusters.backupsChanged(suite))
  const configuration = new Configuration({ tasks, directory: clusters, host })
  return {
    host,
    settings,
    audit,
    tasks,
    outcomes,
    interruptedCalls,
    checkpoints,
    chain,
    clusters,
    directory: clusters,
    leases,
    databases,
    backups,
    configuration,
    lists,
    credits: new Credits(),
    imageRegistry: () => settings.current.imageRegistry,
    kubectlPath: () => settings.current.kubectlPath,
    bundled: async () => (await loadBundle(host.resourcesDirectory)).migrations,
    appliedMigrations: (scope, signal) => liveMigrations(databases, scope, signal),
    takeSafetyBackup: (scope, reason, step, signal) => backups.takeSafetyBackup(scope, reason, step, signal),
    openRestores: (scope) => backups.openRestores(scope),
    backupsOf: (scope) => backups.count(scope),
    readers: (scope, signal) => configuration.readers(scope, signal),
  }
}

/** Who is used comes before who uses it: they start in this order and stop in the reverse. */
function createNouns(needs: Needs) {
  return {
    app: appNoun(needs),
    audit: auditNoun(needs),
    clusters: clustersNoun(needs),
    sandbox: sandboxNoun(needs),
    streams: streamsNoun(needs),
    metrics: metricsNoun(needs),
    events: eventsNoun(needs),
    pods: podsNoun(needs),
    services: servicesNoun(needs),
    workloads: workloadsNoun(needs),
    logs: logsNoun(needs),
    forwards: forwardsNoun(needs),
    terminals: terminalsNoun(needs),
    accounts: accountsNoun(needs),
    certificates: certificatesNoun(needs),
    configuration: configurationNoun(needs),
    rollouts: rolloutsNoun(needs),
    backups: backupsNoun(needs),
    migrations: migrationsNoun(needs),
    releases: releasesNoun(needs),
    deploy: deployNoun(needs),
    drift: driftNoun(needs),
    uninstall: uninstallNoun(needs),
    tasks: tasksNoun(needs),
  } satisfies Record<keyof Contract, Noun>
}
