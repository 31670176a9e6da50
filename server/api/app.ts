import type { FastifyInstance } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { createEncryption, deriveKey } from '../common/encryption.ts'
import { createMetrics } from '../common/metrics.ts'
import { createService } from '../common/service.ts'
import { createTokens } from '../common/tokens.ts'
import type { ChainKeys } from '../database/auditChain.ts'
import { openDatabase } from '../database/connection.ts'
import { needsDatabase } from '../database/readiness.ts'
import { agentRoutes } from './agents.ts'
import { createAgentsCache, noCache, type AgentsCache } from './agentsCache.ts'
import { keepSealing } from './auditSealer.ts'
import type { ApiConfiguration } from './configuration.ts'
import type { ApiContext } from './context.ts'
import { createLoginLimit } from './loginLimit.ts'
import { addEtags } from './route.ts'
import { routes } from './routes.ts'
import { taskRoutes } from './tasks.ts'
import { userRoutes } from './users.ts'

export interface ApiOptions {
  readonly logStream?: { write: (line: string) => void }
}

/** The backend: everything under /api, and the probes. */
export function buildApi(configuration: ApiConfiguration, options: ApiOptions = {}): FastifyInstance {
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
  const cache = openCache(configuration, app, metrics.registry)
  const context: ApiContext = {
    configuration,
    database: database.tables,
    tokens: createTokens({ current: configuration.JWT_SECRET, previous: configuration.JWT_SECRET_PREVIOUS }),
    encryption: createEncryption({
      current: configuration.ENCRYPTION_KEY,
      previous: configuration.ENCRYPTION_KEY_PREVIOUS,
    }),
    auditKeys: auditKeys(configuration),
    cache,
    loginLimit: createLoginLimit(),
  }
  app.register(
    async (api) => {
      api.setValidatorCompiler(validatorCompiler)
      api.setSerializerCompiler(serializerCompiler)
      addEtags(api)
      for (const route of routes) route.mount(api, context)
      await api.register(userRoutes(context))
      await api.register(agentRoutes(context))
      await api.register(taskRoutes(context))
    },
    { prefix: '/api' },
  )
  const stopSealing = keepSealing(context.database, context.auditKeys, app.log)
  app.addHook('onClose', async () => {
    await stopSealing()
    cache.close()
    await database.close()
  })
  return app
}

function auditKeys({ ENCRYPTION_KEY: current, ENCRYPTION_KEY_PREVIOUS: previous }: ApiConfiguration): ChainKeys {
  const key = (secret: string) => deriveKey(secret, 'audit')
  return { current: key(current), previous: previous === undefined ? undefined : key(previous) }
}

function openCache(
  configuration: ApiConfiguration,
  app: FastifyInstance,
  registry: ReturnType<typeof createMetrics>['registry'],
): AgentsCache {
  const { REDIS_URL: url, REDIS_PASSWORD: password } = configuration
  if (url === undefined) return noCache
  return createAgentsCache({
    url,
    password,
    registry,
    onChange: (error) => {
      if (error === undefined) app.log.info('redis is back')
      else app.log.warn({ err: error }, 'redis is away: lists come from the database')
    },
  })
}
