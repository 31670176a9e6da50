import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cluster } from '#shared/contract/clusters.ts'
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
  /** The engine's part, started; called again it is an engine that starts anew on the same files. */
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
    await running?.sandbox.stop()
    await running?.stop()
  }
  return {
    host,
    server,
    settings,
    audit,
    kubeconfig,
    start: async () => {
      await end()
      running = new Clusters(host, settings, new ClusterMemory(host.dataDirectory), audit)
      running.start()
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
}

export function rowOf(clusters: Clusters, id: string): Cluster {
  const row = clusters.list().clusters.find((cluster) => cluster.id === id)
  if (!row) throw new Error(`no row ${id}`)
  return row
}

/** Waits until a cluster was looked at, or looked at again after that time. */
export async function looked(clusters: Clusters, id: string, after = 0): Promise<Cluster> {
  const isLooked = () => clusters.list().clusters.some((row) => row.id === id && (row.checkedAt ?? -1) > after)
  await until(isLooked, `a look at ${id}`)
  return rowOf(clusters, id)
}
