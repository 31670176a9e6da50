import { isInitializeRequest } from '@modelcontextprotocol/sdk/types.js'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { identityOf, requirePermission } from '../common/authentication.ts'
import { createMetrics } from '../common/metrics.ts'
import { Problem } from '../common/problems.ts'
import { createService } from '../common/service.ts'
import { version } from '../common/version.ts'
import { followChanges } from '../database/changeFeed.ts'
import { openDatabase } from '../database/connection.ts'
import { followIdentities } from '../database/identity.ts'
import { needsDatabase } from '../database/readiness.ts'
import { chooseEmbedder } from '../embeddings/embedder.ts'
import { requireAllowedHost } from './allowedHosts.ts'
import { announceChanges } from './announcements.ts'
import { authInfoOf } from './caller.ts'
import type { McpConfiguration } from './configuration.ts'
import { createMcpMetrics } from './metrics.ts'
import { createProtectedResource } from './protectedResource.ts'
import { createMcpServer } from './server.ts'
import { createSessions, type Session, type Sessions } from './sessions.ts'

export interface McpOptions {
  readonly logStream?: { write: (line: string) => void }
}

/**
 * The MCP service: Streamable HTTP with sessions at /mcp.
 * @throws ConfigurationError when the embedding model is not fully described
 */
export function buildMcp(configuration: McpConfiguration, options: McpOptions = {}): FastifyInstance {
  const embedder = chooseEmbedder(configuration)
  const metrics = createMetrics('mcp')
  const database = openDatabase(configuration, {
    service: 'mcp',
    metrics,
    onConnectionLost: (error) => app.log.warn({ err: error }, 'database connection lost'),
  })
  const app = createService({
    name: 'mcp',
    logLevel: configuration.LOG_LEVEL,
    traceEndpoint: configuration.OTEL_EXPORTER_OTLP_ENDPOINT,
    metrics,
    missing: needsDatabase(database.tables),
    ...options,
  })
  const onFeedLost = (error: unknown) => app.log.warn({ err: error }, 'the change feed was interrupted')
  const feed = followChanges(configuration, 'mcp', onFeedLost)
  const { tokens } = followIdentities(configuration, database.tables, feed, onFeedLost)
  const mcpMetrics = createMcpMetrics(metrics.registry)
  const context = { database: database.tables, embedder, log: app.log }
  const sessions = createSessions({
    limits: {
      idleMilliseconds: configuration.MCP_SESSION_IDLE_SECONDS * 1000,
      perIdentity: configuration.MCP_SESSIONS_PER_IDENTITY,
      total: configuration.MCP_SESSIONS,
    },
    createServer: () => createMcpServer(context, mcpMetrics, version),
    onCount: mcpMetrics.setSessions,
    log: app.log,
  })
  const announcements = announceChanges(feed, sessions)
  const protectedResource = createProtectedResource(configuration.MCP_PUBLIC_URL)

  app.register((mcp, _options, done) => {
    mcp.addHook('onRequest', requireAllowedHost(configuration.ALLOWED_HOSTS))
    protectedResource.mount(mcp)
    mcp.register((guarded, _guardedOptions, guardedDone) => {
      guarded.addHook('onRequest', requirePermission(tokens, 'read_only'))
      guarded.addHook('onSend', (request, reply, payload, sent) => {
        if (reply.statusCode === 401) reply.header('www-authenticate', protectedResource.challenge(request))
        sent(null, payload)
      })
      mountSessions(guarded, sessions)
      guardedDone()
    })
    done()
  })
  // Before the listener closes: open streams would keep it waiting.
  app.addHook('preClose', () => sessions.close())
  app.addHook('onClose', async () => {
    announcements.close()
    await feed.close()
    await database.close()
  })
  return app
}

function mountSessions(app: FastifyInstance, sessions: Sessions): void {
  const handle = async (session: Session, request: FastifyRequest, reply: FastifyReply) => {
    reply.hijack()
    reply.raw.setHeader('x-request-id', request.id)
    const raw = Object.assign(request.raw, { auth: authInfoOf(request) })
    await session.transport.handleRequest(raw, reply.raw, request.body)
  }
  const sessionOf = (request: FastifyRequest) => {
    const id = request.headers['mcp-session-id']
    if (typeof id !== 'string')
      throw new Problem(400, 'session-required', 'Initialise a session first and send its id as Mcp-Session-Id.')
    return sessions.find(id, identityOf(request))
  }

  app.post('/mcp', async (request, reply) => {
    const isNew = request.headers['mcp-session-id'] === undefined && isInitializeRequest(request.body)
    const session = isNew ? await sessions.open(identityOf(request)) : sessionOf(request)
    await sessions.use(session, () => handle(session, request, reply))
    // The transport refused the request, for instance for its Accept header.
    if (session.transport.sessionId === undefined) await sessions.end(session)
  })
  app.get('/mcp', (request, reply) => handle(sessionOf(request), request, reply))
  app.delete('/mcp', async (request, reply) => {
    const session = sessionOf(request)
    await handle(session, request, reply)
    await sessions.end(session)
  })
}
