import type { SupportedMessagePort } from '@orpc/client/message-port'
import { join } from 'node:path'
import { accountHandlers } from './accounts/handlers.ts'
import { appHandlers, streamHandlers } from './app/handlers.ts'
import { auditHandlers } from './audit/handlers.ts'
import { AuditLog } from './audit/log.ts'
import { recordTaskOutcomes } from './audit/taskOutcomes.ts'
import { Backups } from './backups/backups.ts'
import { backupHandlers } from './backups/handlers.ts'
import { certificateHandlers } from './certificates/handlers.ts'
import { Clusters } from './clusters/clusters.ts'
import { clusterHandlers, sandboxHandlers } from './clusters/handlers.ts'
import { ClusterMemory } from './clusters/memory.ts'
import { Configuration } from './configuration/configuration.ts'
import { configurationHandlers } from './configuration/handlers.ts'
import { Credits } from './credit.ts'
import { appliedMigrations } from './database/appliedMigrations.ts'
import { podDatabases } from './database/podDatabase.ts'
import { Deployments } from './deploy/deployments.ts'
import { Drift } from './deploy/drift/drift.ts'
import { deployHandlers, driftHandlers, releaseHandlers } from './deploy/handlers.ts'
import type { DeploymentsNeeds } from './deploy/needs.ts'
import { Releases } from './deploy/releases/releases.ts'
import { Forwards } from './forwards/forwards.ts'
import { forwardHandlers } from './forwards/handlers.ts'
import type { Host } from './host.ts'
import { logHandlers } from './logs/handlers.ts'
import { metricsHandlers } from './metrics/handlers.ts'
import { Metrics } from './metrics/history.ts'
import { loadBundle } from './deploy/bundle/index.ts'
import { migrationHandlers } from './migrations/handlers.ts'
import { Migrations } from './migrations/migrations.ts'
import { rolloutHandlers } from './operations/handlers.ts'
import { Rollouts } from './operations/rollouts.ts'
import { engine, type EngineContext } from './router.ts'
import { servePort } from './serve.ts'
import { SettingsFile } from './settings.ts'
import { taskHandlers } from './tasks/handlers.ts'
import { Tasks } from './tasks/tasks.ts'
import { terminalHandlers } from './terminals/handlers.ts'
import { Terminals } from './terminals/terminals.ts'
import { Feeds } from './workloads/feeds.ts'
import { eventHandlers, podHandlers, serviceHandlers, workloadHandlers } from './workloads/handlers.ts'

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
  const settings = new SettingsFile(host.dataDirectory)
  const audit = new AuditLog(join(host.dataDirectory, 'audit'), () => host.now())
  const credits = new Credits()
  const tasks = new Tasks(join(host.dataDirectory, 'tasks'), () => host.now())
  const clusters = new Clusters(host, settings, new ClusterMemory(host.dataDirectory), audit)
  const feeds = new Feeds(clusters)
  const metrics = new Metrics(clusters)
  const databases = podDatabases(clusters)
  const backups = new Backups({ tasks, directory: clusters, databases, host })
  const deploying: DeploymentsNeeds = {
    tasks,
    directory: clusters,
    host,
    imageRegistry: () => settings.current.imageRegistry,
    appliedMigrations: (scope, signal) => appliedMigrations(databases, scope, signal),
    takeSafetyBackup: (scope, reason, step, signal) => backups.takeSafetyBackup(scope, reason, step, signal),
  }
  const deployments = new Deployments(deploying)
  const migrations = new Migrations({
    tasks,
    directory: clusters,
    databases,
    host,
    bundled: async () => (await loadBundle(host.resourcesDirectory)).migrations,
    takeSafetyBackup: (scope, reason, step, signal) => backups.takeSafetyBackup(scope, reason, step, signal),
  })
  const rollouts = new Rollouts({ tasks, directory: clusters, host })
  const configuration = new Configuration({ tasks, directory: clusters, host })
  const forwards = new Forwards(clusters)
  const terminals = new Terminals({
    directory: clusters,
    credits,
    dataDirectory: host.dataDirectory,
    resourcesDirectory: host.resourcesDirectory,
    kubectlPath: () => settings.current.kubectlPath,
    environment: host.environment,
  })
  recordTaskOutcomes(tasks, audit)
  host.showTheme(settings.current.theme)
  settings.changes.on(({ theme }) => host.showTheme(theme))

  const router = engine.router({
    accounts: accountHandlers(clusters),
    app: appHandlers(host, settings),
    audit: auditHandlers(audit),
    backups: backupHandlers(backups),
    certificates: certificateHandlers(clusters, (scope, signal) => configuration.readers(scope, signal)),
    clusters: clusterHandlers(clusters),
    configuration: configurationHandlers(configuration),
    deploy: deployHandlers(deployments),
    drift: driftHandlers(new Drift(deploying)),
    events: eventHandlers(feeds),
    forwards: forwardHandlers(forwards),
    logs: logHandlers(clusters, credits),
    metrics: metricsHandlers(metrics),
    migrations: migrationHandlers(migrations),
    pods: podHandlers(clusters, feeds),
    releases: releaseHandlers(new Releases(clusters)),
    rollouts: rolloutHandlers(rollouts),
    sandbox: sandboxHandlers(clusters),
    services: serviceHandlers(feeds),
    streams: streamHandlers(credits),
    tasks: taskHandlers(tasks),
    terminals: terminalHandlers(terminals),
    workloads: workloadHandlers(feeds),
  })
  const context: EngineContext = { directory: clusters, audit, user: host.user }
  clusters.start()
  // What an earlier engine left half done; clusters that cannot be reached now are looked at when their backups are opened.
  void backups.recover().catch((error: unknown) => console.error('Recovery of interrupted restores:', error))

  return {
    serve: (port) => servePort(router, context, port),
    reconnect: () => clusters.reconnect(),
    stop: async () => {
      await tasks.stop()
      terminals.stop()
      await forwards.stop()
      feeds.stop()
      metrics.stop()
      await clusters.stop()
      await audit.close()
    },
  }
}
