/** All that the app can do, on one page. The window asks, the engine answers; each entry states its effect and permission. */
import { app, streams } from './app.ts'
import { audit } from './audit.ts'
import { backups } from './backups.ts'
import { clusters, sandbox } from './clusters.ts'
import { deploy, drift, releases } from './deploy.ts'
import { logs } from './logs.ts'
import { accounts, certificates, configuration, migrations, rollouts } from './operations.ts'
import { tasks } from './tasks.ts'
import { forwards, terminals } from './terminals.ts'
import { events, metrics, pods, services, workloads } from './workloads.ts'

export const contract = {
  accounts,
  app,
  audit,
  backups,
  certificates,
  clusters,
  configuration,
  deploy,
  drift,
  events,
  forwards,
  logs,
  metrics,
  migrations,
  pods,
  releases,
  rollouts,
  sandbox,
  services,
  streams,
  tasks,
  terminals,
  workloads,
}

export type Contract = typeof contract
