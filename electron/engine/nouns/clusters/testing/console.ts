import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContextRow, SuiteRow } from '#shared/contract/clusters.ts'
import { AuditLog } from '../../audit/log.ts'
import { SettingsFile } from '../../../storage/settings.ts'
import { startMisbehavingServer, type MisbehavingServer } from '../../../testing/misbehavingServer.ts'
import { serveEmptyCluster } from '../../../testing/kubeconfig.ts'
import { testHost, type TestHost } from '../../../testing/testHost.ts'
import { until } from '../../../testing/until.ts'
import { Clusters } from '../clusters.ts'
import { ClusterMemory } from '../memory.ts'

/** The clusters of a console whose kubeconfig is `kubeconfig` and whose one cluster is `server`. */
export interface TestConsole {
  host: TestHost
  server: MisbehavingServer
  settings: SettingsFile
  audit: AuditLog
  kubeconfig: string
  /** Ids of clusters with work under way. */
  busy: Set<string>
  /** The newest backups, by `<cluster> <namespace>`. */
  backups: Map<string, SuiteRow['lastBackup']>
  /** Whether somebody looks at all of them. */
  isWatched: boolean
  /** The engine's part, started; called again it is an engine that starts over on the same files. */
  start(): Promise<Clusters>
  stop(): Promise<void>
}

export async function testConsole(): Promise<TestConsole> {
  const host = await testHost()
  const server = await startMisbehavingServer()
  serveEmptyCluster(server)
  const kubeconfig = join(host.dataDirectory, 'kubeconfig')
  const before = process.env.KUBECONFIG
  process.env.KUBECONFIG = kubeconfig
  const audit = new AuditLog(join(host.dataDirectory, 'audit'))
  const settings = new SettingsFile(host.dataDirectory)
  let running: Clusters | undefined
  const end = async () => {
    await running?.sandbox.end()
    await running?.stop()
  }
  const world: TestConsole = {
    host,
    server,
    settings,
    audit,
    kubeconfig,
    busy: new Set(),
    backups: new Map(),
    isWatched: true,
    start: async () => {
      await end()
      running = new Clusters({
        host,
        settings,
        memory: new ClusterMemory(host.dataDirectory),
        audit,
        roots: ['backups', 'restores'].map((folder) => join(host.dataDirectory, folder)),
        isBusy: (cluster) => world.busy.has(cluster),
        lists: { peek: () => undefined },
        lastBackup: (suite) => Promise.resolve(world.backups.get(`${suite.cluster} ${suite.namespace}`)),
      })
      running.start()
      // As if the fleet page were open: every context is looked at closely.
      if (world.isWatched) void drain(running.checks.attend(undefined))
      return running
    },
    stop: async () => {
      await end()
      await audit.close()
      await server.stop()
      if (before === undefined) delete process.env.KUBECONFIG
      else process.env.KUBECONFIG = before
      await rm(host.dataDirectory, { recursive: true, force: true })
    },
  }
  return world
}

async function drain(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

export function rowOf(clusters: Clusters, id: string): ContextRow {
  const row = clusters.list().contexts.find((context) => context.id === id)
  if (!row) throw new Error(`no row ${id}`)
  return row
}

/** Waits until a context was looked at, or found out of reach; with a time, after that time. */
export async function looked(clusters: Clusters, id: string, after = 0): Promise<ContextRow> {
  const isLooked = () =>
    clusters.list().contexts.some((row) => row.id === id && (row.checkedAt ?? -1) > after && row.health !== 'reachable')
  await until(isLooked, `a look at ${id}`)
  return rowOf(clusters, id)
}
