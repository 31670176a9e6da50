import type { FastifyInstance } from 'fastify'
import { Counter, Gauge, Histogram, type Registry } from 'prom-client'
import { z } from 'zod'
import { createMetrics } from '../common/metrics.ts'
import { createService } from '../common/service.ts'
import { listAgents } from '../database/agents.ts'
import { openDatabase, type Database } from '../database/connection.ts'
import { databaseGap } from '../database/migrate.ts'
import { taskJob } from '../database/tasks.ts'
import type { AgentsConfiguration } from './configuration.ts'
import { executeTask, type ExecutionOptions } from './execution.ts'
import { createOfflineModel } from './offlineModel.ts'
import { workOnQueue, type Queue } from './queue.ts'
import { recoverTasks } from './recovery.ts'

const jobPayload = z.object({ taskId: z.uuid() })

export interface AgentsOptions {
  readonly logStream?: { write: (line: string) => void }
}

/** The agents: takes tasks from the queue and finishes them. Its HTTP side has the probes alone. */
export function buildAgents(configuration: AgentsConfiguration, options: AgentsOptions = {}): FastifyInstance {
  const metrics = createMetrics('agents')
  const database = openDatabase(configuration, {
    service: 'agents',
    metrics,
    onConnectionLost: (error) => app.log.warn({ err: error }, 'database connection lost'),
  })
  const app = createService({
    name: 'agents',
    logLevel: configuration.LOG_LEVEL,
    traceEndpoint: configuration.OTEL_EXPORTER_OTLP_ENDPOINT,
    metrics,
    missing: async () => {
      const gap = await databaseGap(database.tables)
      const missing: Record<string, string> = {}
      if (gap !== undefined) missing.database = gap
      if (queue?.isRunning() !== true) missing.queue = 'is not running'
      return missing
    },
    ...options,
  })
  const execution: ExecutionOptions = {
    database: database.tables,
    model: createOfflineModel(configuration.OFFLINE_MODEL_MILLISECONDS),
    leaseSeconds: configuration.TASK_LEASE_SECONDS,
  }
  const observe = taskMetrics(metrics.registry, database.tables)
  const runTask = async (payload: unknown) => {
    const { taskId } = jobPayload.parse(payload)
    const finished = await executeTask(execution, taskId)
    if (finished === undefined) return
    observe(finished.state, finished.tier, finished.seconds)
    app.log.info({ taskId, ...finished }, 'task finished')
  }
  let queue: Queue | undefined
  let recovery: NodeJS.Timeout | undefined

  app.addHook('onReady', (done) => {
    const { AGENT_CONCURRENCY: concurrency } = configuration
    queue = workOnQueue({ pool: database.pool, jobs: { [taskJob]: runTask }, concurrency, log: app.log })
    recovery = setInterval(
      () => {
        recoverTasks(execution).then(
          (taskIds) => {
            if (taskIds.length > 0) app.log.warn({ taskIds }, 'tasks whose worker is gone are waiting again')
          },
          (error: unknown) => app.log.warn({ err: error }, 'looking for abandoned tasks failed'),
        )
      },
      (configuration.TASK_LEASE_SECONDS * 1000) / 3,
    )
    done()
  })
  app.addHook('onClose', async () => {
    clearInterval(recovery)
    await queue?.close()
    await database.close()
  })
  return app
}

function taskMetrics(registry: Registry, database: Database) {
  const finished = new Counter({
    name: 'tasks_completed_total',
    help: 'Tasks that this process finished, by how they ended.',
    labelNames: ['state', 'tier'] as const,
    registers: [registry],
  })
  const duration = new Histogram({
    name: 'task_completion_time_seconds',
    help: 'Time from the first start of a task to its end.',
    labelNames: ['tier'] as const,
    buckets: [0.1, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [registry],
  })
  const successRate: Gauge<'agent' | 'tier'> = new Gauge({
    name: 'agent_success_rate',
    help: "Share of an agent's finished tasks that completed, 0 to 1.",
    labelNames: ['agent', 'tier'] as const,
    registers: [registry],
    collect: async () => {
      // A scrape while the database is away gives the other metrics.
      const agents = await listAgents(database).catch(() => [])
      for (const { name: agent, modelTier: tier, successRate: rate } of agents) successRate.set({ agent, tier }, rate)
    },
  })
  return (state: string, tier: string, seconds: number) => {
    finished.inc({ state, tier })
    duration.observe({ tier }, seconds)
  }
}
