import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { identityOf, requirePermission } from '../common/authentication.ts'
import { createMetrics } from '../common/metrics.ts'
import { Problem } from '../common/problems.ts'
import { createService } from '../common/service.ts'
import { createTokens } from '../common/tokens.ts'
import { openDatabase } from '../database/connection.ts'
import { needsDatabase } from '../database/readiness.ts'
import { requireAllowedHost } from './allowedHosts.ts'
import type { McpConfiguration } from './configuration.ts'
import { createToolServer } from './tools.ts'

const version = '0.1.0'

export interface McpOptions {
  readonly logStream?: { write: (line: string) => void }
}

/** The MCP service: Streamable HTTP at /mcp. Without sessions, so that any replica can answer any request. */
export function buildMcp(configuration: McpConfiguration, options: McpOptions = {}): FastifyInstance {
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
  const tokens = createTokens({ current: configuration.JWT_SECRET, previous: configuration.JWT_SECRET_PREVIOUS })

  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    const context = {
      database: database.tables,
      identity: identityOf(request),
      address: request.ip,
      version,
      log: request.log,
    }
    const server = createToolServer(context)
    const transport = new StreamableHTTPServerTransport({ enableJsonResponse: true })
    reply.raw.once('close', () => {
      server.close().catch((error: unknown) => request.log.warn({ err: error }, 'closing failed'))
    })
    await server.connect(transport)
    reply.hijack()
    reply.raw.setHeader('x-request-id', request.id)
    await transport.handleRequest(request.raw, reply.raw, request.body)
  }

  app.register((mcp, _options, done) => {
    mcp.addHook('onRequest', requireAllowedHost(configuration.ALLOWED_HOSTS))
    mcp.addHook('onRequest', requirePermission(tokens, 'read_only'))
    mcp.post('/mcp', answer)
    // No stream from the server and no session to end: clients understand 405.
    mcp.route({
      method: ['GET', 'DELETE'],
      url: '/mcp',
      handler: () => {
        throw new Problem(405, 'method-not-allowed', 'This service has no sessions. Send requests by POST.', {
          allow: 'POST',
        })
      },
    })
    done()
  })
  app.addHook('onClose', () => database.close())
  return app
}
