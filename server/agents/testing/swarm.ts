import type { FastifyInstance } from 'fastify'
import { findTasks, submitTask, type NewTask, type Task } from '../../database/tasks.ts'
import { captureLog, serviceEnvironment, type LogCapture } from '../../testing/environment.ts'
import { startSuiteDatabase, type SuiteDatabase } from '../../testing/suiteDatabase.ts'
import { until } from '../../testing/until.ts'
import { buildAgents } from '../app.ts'
import { readAgentsConfiguration } from '../configuration.ts'

const open = new Set(['queued', 'running'])

export interface Swarm {
  readonly database: SuiteDatabase
  readonly submit: (task?: Partial<NewTask>) => Promise<string>
  readonly read: (id: string) => Promise<Task>
  /** Waits until a task is over. */
  readonly end: (id: string) => Promise<Task>
  /** An agents service inside this process. */
  readonly start: (environment?: Record<string, string>) => Promise<Replica>
  readonly stopReplicas: () => Promise<void>
  readonly stop: () => Promise<void>
}

export interface Replica {
  readonly app: FastifyInstance
  readonly log: LogCapture
}

/** A migrated and seeded database, and what tests of the agents do with it. */
export async function startSwarm(): Promise<Swarm> {
  const database = await startSuiteDatabase()
  const { tables } = database.connection
  const { id: submittedBy } = await tables.selectFrom('archon_users').select('id').executeTakeFirstOrThrow()
  const replicas: FastifyInstance[] = []
  const read = async (id: string): Promise<Task> => {
    const [task] = await findTasks(tables, [id])
    if (task === undefined) throw new Error(`There is no task ${id}.`)
    return task
  }
  const stopReplicas = async () => {
    await Promise.all(replicas.splice(0).map((app) => app.close()))
  }
  return {
    database,
    submit: async (task = {}) => {
      const usual = { title: 'Test', input: 'Some words to work on.', modelTier: 'SONNET' as const, priority: 0 }
      return (await submitTask(tables, { ...usual, submittedBy, ...task })).id
    },
    read,
    end: (id) =>
      until(
        () => read(id),
        ({ state }) => !open.has(state),
      ),
    start: async (environment = {}) => {
      const quick = { OFFLINE_MODEL_MILLISECONDS: '20', TASK_LEASE_SECONDS: '2', RETRY_MILLISECONDS: '20' }
      const log = captureLog()
      const variables = serviceEnvironment(database, { ...quick, ...environment })
      const app = buildAgents(readAgentsConfiguration(variables), { logStream: log })
      replicas.push(app)
      await app.ready()
      return { app, log }
    },
    stopReplicas,
    stop: async () => {
      await stopReplicas()
      await database.stop()
    },
  }
}
