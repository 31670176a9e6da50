import type { FastifyBaseLogger } from 'fastify'
import { settleAgents } from '../database/agents.ts'
import type { Database } from '../database/connection.ts'
import { recoverTasks, requeueLostJobs } from '../database/taskRecovery.ts'

export interface UpkeepOptions {
  readonly database: Database
  readonly leaseSeconds: number
  readonly hibernateAfterSeconds: number
  readonly log: Pick<FastifyBaseLogger, 'warn'>
}

/** States of agents are at most this far behind their tasks. Milliseconds. */
const settling = 1_000

/**
 * What is done every now and then, by any replica: tasks of dead workers go back into the queue, lost jobs of waiting tasks are queued again, agents
 * without tasks become idle and then hibernate.
 * @returns what ends it, when the work at hand is done
 */
export function keepUp({ database, leaseSeconds, hibernateAfterSeconds, log }: UpkeepOptions): () => Promise<void> {
  const every = (milliseconds: number, name: string, work: () => Promise<void>): (() => Promise<void>) => {
    let current: Promise<void> | undefined
    const timer = setInterval(() => {
      current ??= work()
        .catch((error: unknown) => log.warn({ err: error, name }, 'upkeep failed and is done again later'))
        .finally(() => {
          current = undefined
        })
    }, milliseconds)
    return async () => {
      clearInterval(timer)
      await current
    }
  }

  const stops = [
    every((leaseSeconds * 1000) / 3, 'recover tasks', async () => {
      const tasks = await recoverTasks(database)
      if (tasks.length === 0) return
      log.warn({ tasks }, 'tasks that were abandoned by their workers')
    }),
    every(leaseSeconds * 1000, 'requeue lost jobs', async () => {
      const taskIds = await requeueLostJobs(database, leaseSeconds)
      if (taskIds.length > 0) log.warn({ taskIds }, 'waiting tasks whose job was lost got a new one')
    }),
    every(settling, 'settle agents', async () => {
      await settleAgents(database, hibernateAfterSeconds)
    }),
  ]
  return async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
}
