import type { FastifyBaseLogger } from 'fastify'
import type { Pool } from 'pg'
import { z } from 'zod'
import { modelTiers, type ModelTier } from '../database/tables.ts'
import { taskJob } from '../database/tasks.ts'
import type { PoolUse } from './metrics.ts'
import { workOnQueue } from './queue.ts'

export interface PoolsOptions {
  readonly pool: Pool
  /** Tasks of each tier at the same time; a tier with 0 has no pool here. */
  readonly concurrency: Readonly<Record<ModelTier, number>>
  readonly runTask: (tier: ModelTier, taskId: string) => Promise<void>
  readonly log: FastifyBaseLogger
}

export interface Pools {
  readonly isRunning: () => boolean
  readonly use: () => readonly PoolUse[]
  /** Takes no more tasks and waits for those that run. */
  readonly close: () => Promise<void>
}

const jobPayload = z.object({ taskId: z.uuid() })

/** One pool of workers for each tier, so that many small tasks do not keep the great ones waiting, and the other way round. */
export function openPools({ pool, concurrency, runTask, log }: PoolsOptions): Pools {
  const pools = modelTiers
    .filter((tier) => concurrency[tier] > 0)
    .map((tier) => {
      let busy = 0
      const job = async (payload: unknown) => {
        busy += 1
        try {
          await runTask(tier, jobPayload.parse(payload).taskId)
        } finally {
          busy -= 1
        }
      }
      const queue = workOnQueue({ pool, jobs: { [taskJob(tier)]: job }, concurrency: concurrency[tier], log })
      return { tier, queue, use: () => ({ tier, busy, size: concurrency[tier] }) }
    })
  return {
    isRunning: () => pools.every(({ queue }) => queue.isRunning()),
    use: () => pools.map(({ use }) => use()),
    close: async () => {
      await Promise.all(pools.map(({ queue }) => queue.close()))
    },
  }
}
