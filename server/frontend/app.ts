import { existsSync } from 'node:fs'
import { join } from 'node:path'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import websocket from '@fastify/websocket'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { createMetrics } from '../common/metrics.ts'
import { Problem } from '../common/problems.ts'
import { createService } from '../common/service.ts'
import { followChanges } from '../database/changeFeed.ts'
import { openDatabase } from '../database/connection.ts'
import { followIdentities } from '../database/identity.ts'
import { needsDatabase } from '../database/readiness.ts'
import type { FrontendConfiguration } from './configuration.ts'
import { startLive } from './live/index.ts'
import { proxyApi } from './proxy.ts'

export interface FrontendOptions {
  /** Where the built page is: beside the bundle in the image. */
  readonly pageDirectory: string
  readonly logStream?: { write: (line: string) => void }
}

/** The frontend: the page, its API by proxy, and live changes at /ws. */
export function buildFrontend(configuration: FrontendConfiguration, options: FrontendOptions): FastifyInstance {
  const metrics = createMetrics('frontend')
  const onConnectionLost = (error: Error) => app.log.warn({ err: error }, 'database connection lost')
  const database = openDatabase(configuration, { service: 'frontend', metrics, onConnectionLost })
  const app = createService({
    name: 'frontend',
    logLevel: configuration.LOG_LEVEL,
    traceEndpoint: configuration.OTEL_EXPORTER_OTLP_ENDPOINT,
    metrics,
    missing: needsDatabase(database.tables),
    trustedProxies: configuration.TRUSTED_PROXIES,
    ...(options.logStream === undefined ? {} : { logStream: options.logStream }),
  })
  const { REDIS_URL: url, REDIS_PASSWORD: password } = configuration
  const onFeedLost = (error: unknown) => app.log.warn({ err: error }, 'the change feed was interrupted')
  const feed = followChanges(configuration, 'frontend', onFeedLost)
  const live = startLive({
    feed,
    database: database.tables,
    redis: url === undefined ? undefined : { url, password },
    tokens: followIdentities(configuration, database.tables, feed, onFeedLost).tokens,
    registry: metrics.registry,
    log: app.log,
  })

  addSecurityHeaders(app)
  proxyApi(app, configuration.BACKEND_URL)
  servePage(app, options.pageDirectory)
  app.register(websocket, { options: { maxPayload: 48 * 1024, perMessageDeflate: false } })
  app.register((routes, _options, done) => {
    routes.get('/ws', { websocket: true, onRequest: requireSameOrigin }, (socket, request) => {
      live.accept(socket, request.raw.socket)
    })
    done()
  })

  app.addHook('preClose', () => {
    // Open sockets would keep the listener from closing.
    live.dismiss()
  })
  app.addHook('onClose', async () => {
    await live.close()
    await feed.close()
    await database.close()
  })
  return app
}

function addSecurityHeaders(app: FastifyInstance): void {
  app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // TLS ends at the ingress, which knows whether the whole host speaks it; by port-forward the page is plain HTTP.
    strictTransportSecurity: false,
  })
}

function servePage(app: FastifyInstance, root: string): void {
  if (!existsSync(join(root, 'index.html'))) {
    throw new Error(`The page was not built: there is no ${join(root, 'index.html')}. Run "npm run build" first.`)
  }
  app.register(fastifyStatic, {
    root,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Built files carry their hash in their name; the page itself must be asked for every time.
      const isNamedByHash = path.startsWith(join(root, 'assets'))
      reply.header('cache-control', isNamedByHash ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
}

/** Any page of the web may open a WebSocket to us; only ours gets one. Programs send no Origin. */
async function requireSameOrigin(request: FastifyRequest): Promise<void> {
  const { origin, host } = request.headers
  const isOurs = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host)
  if (!isOurs) throw new Problem(403, 'origin-not-allowed', 'Only the page of this service may connect.')
  return Promise.resolve()
}
