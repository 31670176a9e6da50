import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scope } from '#shared/contract/base.ts'
import type { Plan } from '#shared/contract/plan.ts'
import type { Task } from '#shared/contract/tasks.ts'
import { imageRegistry } from '#shared/testing/cluster.ts'
import type { ClusterConnection } from '../../../kube/index.ts'
import type { LeaseTimes } from '../../../objects/lease.ts'
import { SuiteLeases } from '../../../objects/suiteLeases.ts'
import type { ClusterDirectory } from '../../../ports/directory.ts'
import { thisConsole } from '../../../storage/thisConsole.ts'
import { Tasks } from '../../tasks/tasks.ts'
import { Deployments, type Choices } from '../deployments.ts'
import { Drift } from '../drift/drift.ts'
import type { DeploymentsNeeds } from '../needs.ts'
import { Releases } from '../releases/releases.ts'
import { sameCluster } from '../../../testing/sameCluster.ts'

/** A console as far as deploying is concerned, with a data directory of its own. */
export interface TestConsole {
  tasks: Tasks
  deployments: Deployments
  releases: Releases
  drift: Drift
  dataDirectory: string
  /** Plans and applies; resolves when the task has ended, however. */
  deploy(scope: Scope, values?: string, choices?: Choices): Promise<Task>
  ended(started: Promise<{ taskId: string }>): Promise<Task>
  remove(): Promise<void>
}

export interface TestConsoleOptions {
  connection: ClusterConnection
  resourcesDirectory: string
  user?: string
  dataDirectory?: string
  needs?: Partial<DeploymentsNeeds>
  leaseTimes?: LeaseTimes
  profile?: string
  version?: string
}

export const suiteResources = join(import.meta.dirname, '..', '..', '..', '..', '..', 'resources')

export async function testConsole(options: TestConsoleOptions): Promise<TestConsole> {
  const { connection, resourcesDirectory, user = 'maya', profile = 'sandbox', version = '0.1.0' } = options
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'console-deploy-')))
  const tasks = new Tasks(join(dataDirectory, 'tasks'), sameCluster.suiteOf)
  const directory: ClusterDirectory = {
    ...sameCluster,
    facts: () => ({ name: 'test', environment: 'sandbox', role: 'administrator' }),
    connection: () => Promise.resolve(connection),
  }
  const needs: DeploymentsNeeds = {
    tasks,
    directory,
    leases: new SuiteLeases({ directory, worker: thisConsole(dataDirectory, user), times: options.leaseTimes }),
    host: { dataDirectory, resourcesDirectory, user, version: '0.1.0', now: () => Date.now() },
    imageRegistry: () => imageRegistry,
    appliedMigrations: () => Promise.resolve(undefined),
    takeSafetyBackup: () => Promise.reject(new Error('no backup in this test')),
    ...options.needs,
  }
  const deployments = new Deployments(needs)
  const ended = async (started: Promise<{ taskId: string }>) => tasks.ended((await started).taskId)
  return {
    tasks,
    deployments,
    releases: new Releases(needs),
    drift: new Drift(needs),
    dataDirectory,
    ended,
    deploy: async (scope, values = '', choices) => {
      const plan = await deployments.plan(scope, { profile, version, values })
      return ended(deployments.apply(scope, plan.id, choices))
    },
    remove: () => rm(dataDirectory, { recursive: true, force: true }),
  }
}

export const resourcesIn = (plan: Plan) => plan.stages.flatMap((stage) => stage.resources)

/** @throws with all that the task says when it did not succeed */
export function succeeded(task: Task): Task {
  if (task.state === 'done') return task
  throw new Error(JSON.stringify({ title: task.title, fault: task.fault, steps: task.steps, log: task.log }, null, 1))
}
