import type { SupportedMessagePort } from '@orpc/client/message-port'
import { join } from 'node:path'
import { accountHandlers } from './nouns/accounts/handlers.ts'
import { appHandlers, streamHandlers } from './nouns/app/handlers.ts'
import { auditHandlers } from './nouns/audit/handlers.ts'
import { AuditLog } from './nouns/audit/log.ts'
import { recordTaskOutcomes } from './nouns/audit/taskOutcomes.ts'
import { Backups } from './nouns/backups/backups.ts'
import { backupHandlers } from './nouns/backups/handlers.ts'
import { certificateHandlers } from './nouns/certificates/handlers.ts'
import { Clusters } from './nouns/clusters/clusters.ts'
import { clusterHandlers, sandboxHandlers } from './nouns/clusters/handlers.ts'
import { ClusterMemory } from './nouns/clusters/memory.ts'
import { Configuration } from './nouns/configuration/configuration.ts'
import { configurationHandlers } from './nouns/configuration/handlers.ts'
import { Credits } from './flow/credit.ts'
import { appliedMigrations } from './database/appliedMigrations.ts'
import { podDatabases } from './database/podDatabase.ts'
import { Deployments } from './nouns/deploy/deployments.ts'
import { Drift } from './nouns/deploy/drift/drift.ts'
import { deployHandlers, driftHandlers, releaseHandlers } from './nouns/deploy/handlers.ts'
import type { DeploymentsNeeds } from './nouns/deploy/needs.ts'
import { Releases } from './nouns/deploy/releases/releases.ts'
import { Forwards } from './nouns/forwards/forwards.ts'
import { forwardHandlers } from './nouns/forwards/handlers.ts'
import type { Host } from './ports/host.ts'
import { logHandlers } from './nouns/logs/handlers.ts'
import { metricsHandlers } from './nouns/metrics/handlers.ts'
import { Metrics } from './nouns/metrics/history.ts'
import { loadBundle } from '#shared/bundle/index.ts'
import { migrationHandlers } from './nouns/migrations/handlers.ts'
import { Migrations } from './nouns/migrations/migrations.ts'
import { rolloutHandlers } from './nouns/rollouts/handlers.ts'
import { Rollouts } from './nouns/rollouts/rollouts.ts'
import { engine } from './rpc/router.ts'
import { type EngineContext } from './rpc/context.ts'
import { servePort } from './rpc/serve.ts'
import { SettingsFile } from './storage/settings.ts'
import { taskHandlers } from './nouns/tasks/handlers.ts'
import { Tasks } from './nouns/tasks/tasks.ts'
import { terminalHandlers } from './nouns/terminals/handlers.ts'
import { Terminals } from './nouns/terminals/terminals.ts'
import { Feeds } from './objects/feeds.ts'
import { eventHandlers, podHandlers, serviceHandlers, workloadHandlers } from './nouns/workloads/handlers.ts'

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
