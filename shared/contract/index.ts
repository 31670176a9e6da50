/** All that the app can do, on one page. The window asks, the engine answers; each entry states its effect and permission. */
import { app } from './app.ts'
import { streams } from './streams.ts'
import { audit } from './audit.ts'
import { backups } from './backups.ts'
import { clusters } from './clusters.ts'
import { sandbox } from './sandbox.ts'
import { deploy } from './deploy.ts'
import { drift } from './drift.ts'
import { releases } from './releases.ts'
import { logs } from './logs.ts'
import { accounts } from './accounts.ts'
import { certificates } from './certificates.ts'
import { configuration } from './configuration.ts'
import { migrations } from './migrations.ts'
import { rollouts } from './rollouts.ts'
import { tasks } from './tasks.ts'
import { forwards } from './forwards.ts'
import { terminals } from './terminals.ts'
import { events } from './events.ts'
import { metrics } from './metrics.ts'
import { pods } from './pods.ts'
import { services } from './services.ts'
import { uninstall } from './uninstall.ts'
import { workloads } from './workloads.ts'

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
  uninstall,
  workloads,
}

export type Contract = typeof contract
