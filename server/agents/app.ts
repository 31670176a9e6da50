import type { FastifyInstance } from 'fastify'
import { createMetrics } from '../common/metrics.ts'
import { createService } from '../common/service.ts'
import { traced } from '../common/telemetry.ts'
import { openDatabase } from '../database/connection.ts'
import { databaseGap } from '../database/migrate.ts'
import { concurrencyOf, type AgentsConfiguration } from './configuration.ts'
import { createExecution } from './execution.ts'
import { keepLeases } from './leases.ts'
import { taskMetrics } from './metrics.ts'
import { findModelKey } from './model/modelKey.ts'
import { createModels } from './model/models.ts'
import { openPools, type Pools } from './pools.ts'
import { connectKnowledge, type KnowledgeSearch } from './tools/knowledgeSearch.ts'
import { keepUp } from './upkeep.ts'

export interface AgentsOptions {
  readonly logStream?: { write: (line: string) => void }
}

/** What runs at a shutdown may continue for this long, then it is given back to the queue. Milliseconds, below the deadline of the process. */
const shutdownPatience = 15_000

function openKnowledge({ MCP_URL: url, JWT_SECRET: secret }: AgentsConfiguration): KnowledgeSearch | undefined {
  return url === undefined || secret === undefined ? undefined : connectKnowledge(new URL('/mcp', url), secret)
}

/** The agents: take tasks from the queue and finish them. The HTTP side has the probes alone. */
export function buildAgents(configuration: AgentsConfiguration, options: AgentsOptions = {}): FastifyInstance {
  const metrics = createMetrics('agents')
  const database = openDatabase(configuration, {
    service: 'agents',
    metrics,
    onConnectionLost: (error) => app.log.warn({ err: error }, 'database connection lost'),
  })
  let pools: Pools | undefined
  const app = createService({
    name: 'agents',
    logLevel: configuration.LOG_LEVEL,
    traceEndpoint: configuration.OTEL_EXPORTER_OTLP_ENDPOINT,
    metrics,
    missing: async () => {
      const gap = await databaseGap(database.tables)
      const missing: Record<string, string> = {}
      if (gap !== undefined) missing.database = gap
      if (pools?.isRunning() !== true) missing.queue = 'is not running'
      return missing
    },
    ...options,
  })
  const { TASK_LEASE_SECONDS: leaseSeconds, HIBERNATE_AFTER_SECONDS: hibernateAfterSeconds } = configuration
  const { tables } = database
  const { log } = app
  const knowledge = openKnowledge(configuration)
  const leases = keepLeases(tables, leaseSeconds, log)
  const observe = taskMetrics(metrics.registry, tables, () => pools?.use() ?? [])
  const execution = createExecution({
    database: tables,
    models: createModels(configuration, findModelKey(configuration, tables)),
    knowledge,
    allowedOrigins: configuration.HTTP_ALLOW_LIST,
    mostOutputTokens: configuration.MODEL_MAX_OUTPUT_TOKENS,
    stepLimit: configuration.AGENT_STEP_LIMIT,
    callRetries: configuration.MODEL_CALL_RETRIES,
    retryMilliseconds: configuration.RETRY_MILLISECONDS,
    leases,
    leaseSeconds,
    log,
    onEnd: observe,
  })
  let stopUpkeep: (() => Promise<void>) | undefined

  app.addHook('onReady', (done) => {
    pools = openPools({
      pool: database.pool,
      concurrency: concurrencyOf(configuration),
      runTask: async (tier, taskId) => {
        await traced('task', { tier, taskId }, () => execution.execute(tier, taskId))
      },
      log,
    })
    stopUpkeep = keepUp({ database: tables, leaseSeconds, hibernateAfterSeconds, log })
    done()
  })
  app.addHook('onClose', async () => {
    execution.close()
    await stopUpkeep?.()
    const impatience = setTimeout(() => leases.interruptAll('shutting-down'), shutdownPatience)
    await pools?.close()
    clearTimeout(impatience)
    leases.close()
    await knowledge?.close()
    await database.close()
  })
  return app
}
