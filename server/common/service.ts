import { randomUUID } from 'node:crypto'
import Fastify, { LogController, type FastifyInstance } from 'fastify'
import { logOptions } from './logging.ts'
import type { ServiceMetrics } from './metrics.ts'
import { sendNotFound, sendProblem } from './problems.ts'
import { startTelemetry, traceRequests } from './telemetry.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Set when a shutdown began: /ready answers 503 so that nobody sends more. */
    readiness: { isDraining: boolean }
  }
}

/** Why a service cannot serve yet, by the name of what is missing; empty when it can. */
export type ReadinessCheck = () => Promise<Readonly<Record<string, string>>>

export interface ServiceOptions {
  readonly name: string
  readonly logLevel: string
  readonly metrics: ServiceMetrics
  readonly missing: ReadinessCheck
  /** Addresses or ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
  /** Where traces go; none without it. */
  readonly traceEndpoint?: string | undefined
  /** Where log lines go instead of standard output. */
  readonly logStream?: { write: (line: string) => void }
}

const probes = new Set(['/health', '/ready', '/metrics'])
const acceptableRequestId = /^[\w.:-]{1,100}$/

/** A Fastify server with what all services share: request ids, logs, problems, /health, /ready and /metrics. */
export function createService(options: ServiceOptions): FastifyInstance {
  const { trustedProxies = [] } = options
  const app = Fastify({
    logger: {
      ...logOptions({ service: options.name, level: options.logLevel }),
      ...(options.logStream === undefined ? {} : { stream: options.logStream }),
    },
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: (request) => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && acceptableRequestId.test(given) ? given : randomUUID()
    },
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    bodyLimit: 256 * 1024,
    // What is wrong before a route is found, such as a malformed URL, is answered in the same form.
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply)
    },
    requestTimeout: 30_000,
    // Keep-alive connections that idle would otherwise hold up a shutdown.
    forceCloseConnections: 'idle',
  })
  app.decorate('readiness', { isDraining: false })
  app.setErrorHandler(sendProblem)
  app.setNotFoundHandler(sendNotFound)
  if (options.traceEndpoint !== undefined) {
    const stopTelemetry = startTelemetry(options.name, options.traceEndpoint)
    app.addHook('onClose', stopTelemetry)
    traceRequests(app)
  }
  observeRequests(app, options.metrics)
  addProbes(app, options)
  return app
}

function observeRequests(app: FastifyInstance, metrics: ServiceMetrics): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown'
    if (!probes.has(route)) {
      const { method } = request
      metrics.responseTime.observe({ method, route, status: String(reply.statusCode) }, reply.elapsedTime)
      const milliseconds = Math.round(reply.elapsedTime * 10) / 10
      const path = request.url.split('?', 1)[0]
      request.log.info({ method, path, status: reply.statusCode, milliseconds, address: request.ip }, 'request')
    }
    done()
  })
}

function addProbes(app: FastifyInstance, { name, metrics, missing }: ServiceOptions): void {
  // Liveness asks about the process alone: a database outage must not restart every service.
  app.get('/health', () => ({ status: 'alive', service: name }))

  app.get('/ready', async (_request, reply) => {
    const reasons = app.readiness.isDraining ? { service: 'is shutting down' } : await missing()
    const isReady = Object.keys(reasons).length === 0
    return reply.status(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', missing: reasons })
  })

  app.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}
