import type { FastifyInstance, FastifyRequest } from 'fastify'
import { permissionLevels } from '../common/permissions.ts'

const wellKnown = '/.well-known/oauth-protected-resource'

export interface ProtectedResource {
  /** The challenge of a 401: where a client learns how to get a token (RFC 9728, 5.1). */
  readonly challenge: (request: FastifyRequest) => string
  readonly mount: (app: FastifyInstance) => void
}

/**
 * What this service tells about itself as an OAuth protected resource. Tokens come from the suite's own sign-in, which is no OAuth
 * authorisation server, so none is named.
 * @param publicUrl where clients reach it; otherwise the Host of the request, which was checked before
 */
export function createProtectedResource(publicUrl: string | undefined): ProtectedResource {
  const baseOf = (request: FastifyRequest) => (publicUrl ?? `${request.protocol}://${request.host}`).replace(/\/+$/, '')
  return {
    challenge: (request) => `Bearer realm="agency-swarm", resource_metadata="${baseOf(request)}${wellKnown}/mcp"`,
    mount: (app) => {
      // The second is where RFC 9728 looks for a resource whose address has the path /mcp.
      for (const url of [wellKnown, `${wellKnown}/mcp`]) {
        app.get(url, (request) => ({
          resource: `${baseOf(request)}/mcp`,
          resource_name: 'Agency Swarm MCP',
          bearer_methods_supported: ['header'],
          scopes_supported: permissionLevels,
        }))
      }
    },
  }
}
