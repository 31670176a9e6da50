import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform } from 'fastify-type-provider-zod'
import { addDocsPage } from './docsPage.ts'

const text = { type: 'string' as const }

const problem = {
  type: 'object' as const,
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: text,
    title: text,
    status: { type: 'integer' as const },
    code: { ...text, description: 'Stable; for programs.' },
    detail: { ...text, description: 'For people.' },
    requestId: { ...text, description: 'The same is in the log.' },
    errors: {
      type: 'array' as const,
      items: { type: 'object' as const, properties: { field: text, message: text } },
    },
  },
}

const problems = {
  400: 'The request does not match its schema. Nothing was stored.',
  401: 'There is no valid token.',
  403: 'The permission does not suffice.',
  404: 'There is no such thing.',
  409: 'It conflicts with what is stored; the request had no effect.',
  412: 'It was changed since it was read. Nothing was stored.',
  429: 'Too many requests; retry-after says when to try again.',
  503: 'The database cannot be reached right now; nothing was stored. Try again shortly.',
} as const

/** Which refusals a route can give, by what it is. */
function refusalsOf(schema: Readonly<Record<string, unknown>>, method: string): (keyof typeof problems)[] {
  const takesInput = ['params', 'querystring', 'body'].some((part) => schema[part] !== undefined)
  const isPublic = schema['x-permission'] === 'public'
  return [
    ...(takesInput ? ([400] as const) : []),
    401,
    ...(isPublic && method === 'GET' ? [] : ([403] as const)),
    ...(schema.params === undefined ? [] : ([404] as const)),
    ...(method === 'GET' ? [] : ([409] as const)),
    ...(method === 'GET' || schema.params === undefined ? [] : ([412] as const)),
    429,
    503,
  ]
}

const reference = { $ref: '#/components/schemas/Problem' }

/**
 * Describes every route that carries a tag, as OpenAPI 3.1 at /openapi.json, with a page for people at /docs. Called before the routes
 * are mounted. Refusals are added here and not to the routes: they would slow down every answer by a second serialisation.
 */
export function addOpenApi(app: FastifyInstance, version: string): void {
  app.register(swagger, {
    hideUntagged: true,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Agency Swarm',
        version,
        description: 'The backend of the Agency Swarm suite. Times are ISO 8601 in UTC; errors are RFC 9457 problems.',
      },
      servers: [{ url: '/' }],
      security: [{ bearer: [] }],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description: 'An access token of /api/auth/login, or an API key (`ask_…`).',
          },
        },
        schemas: { Problem: problem },
      },
    },
    transform: (document) => {
      const { schema, url } = jsonSchemaTransform(document)
      const own = document.schema as Readonly<Record<string, unknown>> | undefined
      if (own?.tags === undefined) return { schema, url }
      const response = { ...(schema.response as object) }
      const method = String(document.route.method)
      const refusals = refusalsOf(own, method).map((status) => [
        status,
        { description: problems[status], content: { 'application/problem+json': { schema: reference } } },
      ])
      return { schema: { ...schema, response: { ...Object.fromEntries(refusals), ...response } }, url }
    },
  })
  let text: string | undefined
  app.get('/openapi.json', (_request, reply) => {
    text ??= JSON.stringify(app.swagger())
    return reply.type('application/json').header('cache-control', 'no-cache').send(text)
  })
  addDocsPage(app)
}
