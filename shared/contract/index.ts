/** All that the app can do, on one page. The window asks, the engine answers; each entry states its effect and permission. */
import { app, streams } from './app.ts'
import { audit } from './audit.ts'
import { backups } from './backups.ts'
import { clusters, sandbox } from './clusters.ts'
import { deploy } from './deploy.ts'
import { logs } from './logs.ts'
import { tasks } from './tasks.ts'
import { forwards, terminals } from './terminals.ts'
import { events, metrics, pods, services, workloads } from './workloads.ts'

export const contract = {
  app,
  audit,
  backups,
  clusters,
  deploy,
  events,
  forwards,
  logs,
  metrics,
  pods,
  sandbox,
  services,
  streams,
  tasks,
  terminals,
  workloads,
}

export type Contract = typeof contract
