import type { Scope } from '#shared/contract/base.ts'
import { SuiteLeases } from '../../../objects/suiteLeases.ts'
import { connectTo } from '../../../testing/connectTo.ts'
import { sameCluster } from '../../../testing/sameCluster.ts'
import { Tasks } from '../../tasks/tasks.ts'
import { Backups } from '../backups.ts'
import { localServer, type LocalServerFacts } from './localServer.ts'
import { services } from './restoreJob.ts'

/** Milliseconds; nobody waits a minute for a lease to expire. */
export const leaseTimes = { renew: 200, stale: 2_000 }

export interface ConsoleFacts {
  user: string
  dataDirectory: string
  kubeconfig: string
  contextName: string
  server: LocalServerFacts
  /** Health checks that fail before one succeeds. */
  sick: number
}

/** What a console has of backups: its own files and name, the real lease in the cluster, a real server. */
export function consoleOf({ user, dataDirectory, kubeconfig, contextName, server, sick }: ConsoleFacts) {
  const connection = connectTo({ kubeconfigPath: kubeconfig, context: contextName })
  const directory = {
    ...sameCluster,
    facts: (): { name: string; environment: 'sandbox'; role: 'administrator' } => ({
      name: 'test',
      environment: 'sandbox',
      role: 'administrator',
    }),
    connection: () => Promise.resolve(connection),
  }
  const tasks = new Tasks(dataDirectory, (scope: Scope) => sameCluster.suiteOf(scope))
  const worker = { id: dataDirectory, name: `${user} on laptop` }
  const backups = new Backups({
    tasks,
    directory,
    leases: new SuiteLeases({ directory, worker, times: leaseTimes }),
    databases: { serverOf: () => Promise.resolve(localServer(server)) },
    services: () => services(sick),
    host: { dataDirectory, user, now: () => Date.now() },
  })
  return { tasks, backups, close: () => connection.close() }
}
