import type { FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { createEncryption, deriveKey } from '../common/encryption.ts'
import { createMetrics } from '../common/metrics.ts'
import { connectRedis } from '../common/redis.ts'
import { createService } from '../common/service.ts'
import { createTokens } from '../common/tokens.ts'
import { version } from '../common/version.ts'
import type { ChainKeys } from '../database/auditChain.ts'
import { followChanges } from '../database/changeFeed.ts'
import { openDatabase } from '../database/connection.ts'
import { followIdentities } from '../database/identity.ts'
import { needsDatabase } from '../database/readiness.ts'
import { chooseEmbedder } from '../embeddings/embedder.ts'
import { measureActivity, noteActivity } from './activity.ts'
import { keepSealing } from './auditSealer.ts'
import { createCache } from './cache.ts'
import type { ApiConfiguration } from './configuration.ts'
import type { ApiContext } from './context.ts'
import { warnOfFewConnections } from './connectionCheck.ts'
import { addDeepHealth } from './deepHealth.ts'
import { addEtags } from './etags.ts'
import { createLoginLimit } from './loginLimit.ts'
import { addOpenApi } from './openapi.ts'
import { addRateLimits } from './rateLimits.ts'
import { routes } from './routes.ts'
import { measureSatisfaction } from './satisfaction.ts'
import { keepSweeping } from './sessionSweep.ts'

export interface ApiOptions {
  readonly logStream?: { write: (line: string) => void }
}

/** The backend: everything under /api, and the probes. */
export function buildApi(configuration: ApiConfiguration, options: ApiOptions = {}): FastifyInstance {
  const embedder = chooseEmbedder(configuration)
  const metrics = createMetrics('backend')
  const database = openDatabase(configuration, {
    service: 'backend',
    metrics,
    onConnectionLost: (error) => app.log.warn({ err: error }, 'database connection lost'),
  })
  const app = createService({
    name: 'backend',
    logLevel: configuration.LOG_LEVEL,
    traceEndpoint: configuration.OTEL_EXPORTER_OTLP_ENDPOINT,
    metrics,
    missing: needsDatabase(database.tables),
    trustedProxies: configuration.TRUSTED_PROXIES,
    ...options,
  })
  const onFeedLost = (error: unknown) => app.log.warn({ err: error }, 'the change feed was interrupted')
  const feed = followChanges(configuration, 'backend', onFeedLost)
  const { tokens, revocations } = followIdentities(configuration, database.tables, feed, onFeedLost)
  const redis = openRedis(configuration, app)
  const context: ApiContext = {
    configuration,
    database: database.tables,
    tokens,
    revocations,
    encryption: createEncryption({
      current: configuration.ENCRYPTION_KEY,
      previous: configuration.ENCRYPTION_KEY_PREVIOUS,
    }),
    embedder,
    auditKeys: auditKeys(configuration),
    cache: createCache({ database: database.tables, feed, redis, registry: metrics.registry }),
    loginLimit: createLoginLimit(),
  }
  addOpenApi(app, version)
  app.register(async (scope) => {
    scope.setValidatorCompiler(validatorCompiler)
    scope.setSerializerCompiler(serializerCompiler)
    await addRateLimits(scope, { requestsPerMinute: configuration.REQUESTS_PER_MINUTE, redis })
    noteActivity(scope, context.database)
    addDeepHealth(scope, {
      tokens: createTokens({ current: configuration.JWT_SECRET, previous: configuration.JWT_SECRET_PREVIOUS }),
      database: context.database,
      pingRedis: redis === undefined ? undefined : () => redis.ping(),
      mcpUrl: configuration.MCP_URL,
      agentsUrl: configuration.AGENTS_URL,
    })
    scope.register(
      (api, _options, done) => {
        addEtags(api)
        for (const route of routes) route.mount(api, context)
        done()
      },
      { prefix: '/api' },
    )
  })
  measureActivity(metrics.registry, context.database)
  measureSatisfaction(metrics.registry, context.database)
  app.addHook('onReady', () => {
    void warnOfFewConnections(context.database, configuration.DATABASE_POOL_SIZE, app.log)
  })
  const stopSweeping = keepSweeping(context.database, app.log)
  const stopSealing = keepSealing(context.database, context.auditKeys, app.log)
  app.addHook('onClose', async () => {
    stopSweeping()
    await stopSealing()
    await feed.close()
    redis?.disconnect()
    await database.close()
  })
  return app
}

function auditKeys({ ENCRYPTION_KEY: current, ENCRYPTION_KEY_PREVIOUS: previous }: ApiConfiguration): ChainKeys {
  const key = (secret: string) => deriveKey(secret, 'audit')
  return { current: key(current), previous: previous === undefined ? undefined : key(previous) }
}

/** For what replicas count together, and the cache. */
function openRedis({ REDIS_URL: url, REDIS_PASSWORD: password }: ApiConfiguration, app: FastifyInstance) {
  if (url === undefined) return undefined
  const onChange = (error?: Error) => {
    if (error === undefined) app.log.info('redis is back')
    else
      app.log.warn(
        { err: error },
        'redis is away: each replica counts requests alone, and lists come from the database',
      )
  }
  return connectRedis({ url, password }, { onChange, commandTimeout: 250 })
}
