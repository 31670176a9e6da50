import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { sql } from 'kysely'
import { z } from 'zod'
import { requirePermission } from '../common/authentication.ts'
import { Problem } from '../common/problems.ts'
import type { Tokens } from '../common/tokens.ts'
import { databaseGap } from '../database/migrate.ts'
import type { Database } from '../database/connection.ts'

const part = z.object({
  status: z.enum(['up', 'down', 'not configured']),
  milliseconds: z.number().nullable().describe('How long the answer took.'),
  reason: z.string().nullable(),
})

export const deepHealth = z.object({
  status: z.enum(['up', 'degraded', 'down']).describe('Down without the database, degraded without another part.'),
  parts: z.object({ database: part, redis: part, mcp: part, agents: part }),
})

type Part = z.infer<typeof part>

/** A part that says nothing for so long is down. Milliseconds. */
const patience = 2_000

export interface DeepHealthOptions {
  /** Checks the token; see below for sessions. */
  readonly tokens: Pick<Tokens, 'verify'>
  readonly database: Database
  /** @throws when Redis does not answer; undefined when none is configured */
  readonly pingRedis?: (() => Promise<unknown>) | undefined
  readonly mcpUrl?: string | undefined
  readonly agentsUrl?: string | undefined
}

async function ask(question: (() => Promise<unknown>) | undefined): Promise<Part> {
  if (question === undefined) return { status: 'not configured', milliseconds: null, reason: null }
  const begin = performance.now()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Problem(503, 'silent', `It did not answer within ${patience} ms.`)), patience)
  })
  const elapsed = () => Math.round((performance.now() - begin) * 10) / 10
  try {
    await Promise.race([question(), late])
    return { status: 'up', milliseconds: elapsed(), reason: null }
  } catch (error) {
    // Errors of libraries hold addresses and names of users: those stay out of the answer.
    const reason = error instanceof Problem ? error.message : 'It cannot be reached.'
    return { status: 'down', milliseconds: elapsed(), reason }
  } finally {
    clearTimeout(timer)
  }
}

async function askDatabase(database: Database): Promise<void> {
  await sql`SELECT 1`.execute(database)
  const gap = await databaseGap(database)
  if (gap !== undefined) throw new Problem(503, 'not-ready', `The database ${gap}.`)
}

async function askService(url: string): Promise<void> {
  const response = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(patience), redirect: 'error' })
  await response.body?.cancel()
  if (!response.ok) throw new Problem(503, 'not-ready', `It answers, but is not ready (status ${response.status}).`)
}

/**
 * GET /health/deep: each part with its latency, for people who look for a fault. It answers 200 whatever it finds: the question was what
 * is wrong, and probes ask /ready. It takes read_only, because it tells what the suite consists of; and it believes a valid token without
 * asking whether its session was ended, because that question needs the very database whose absence it is to report.
 */
export function addDeepHealth(app: FastifyInstance, options: DeepHealthOptions): void {
  const { tokens, database, pingRedis, mcpUrl, agentsUrl } = options
  app.withTypeProvider<ZodTypeProvider>().get(
    '/health/deep',
    {
      onRequest: requirePermission(tokens, 'read_only'),
      config: { rateLimit: { max: 60, timeWindow: 60_000 } },
      schema: {
        operationId: 'getDeepHealth',
        tags: ['health'],
        summary: 'The parts of the suite with their latency; 200 whatever is found',
        description: 'Needs the permission read_only.',
        'x-permission': 'read_only',
        response: { 200: deepHealth },
      },
    },
    async (_request, reply) => {
      const [databasePart, redis, mcp, agents] = await Promise.all([
        ask(() => askDatabase(database)),
        ask(pingRedis),
        ask(mcpUrl === undefined ? undefined : () => askService(mcpUrl)),
        ask(agentsUrl === undefined ? undefined : () => askService(agentsUrl)),
      ])
      const parts = { database: databasePart, redis, mcp, agents }
      const isDegraded = Object.values(parts).some(({ status }) => status === 'down')
      const status = databasePart.status === 'down' ? 'down' : isDegraded ? 'degraded' : 'up'
      reply.header('cache-control', 'no-store')
      return { status, parts } as const
    },
  )
}
