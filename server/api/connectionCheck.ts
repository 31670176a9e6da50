import type { FastifyBaseLogger } from 'fastify'
import { sql } from 'kysely'
import type { Database } from '../database/connection.ts'

/** Services that hold a pool: backend, mcp, agents, frontend. One replica of each is the least there is. */
const services = 4
/** Beside its pool each holds a connection that listens. */
const listeners = 1

/**
 * Says at the start, in the log, when the server's max_connections cannot even hold one replica of each service. How many replicas there
 * may be stands in the manifests, and a test of them does the whole sum (`testing/connections.test.ts`).
 */
export async function warnOfFewConnections(
  database: Database,
  poolSize: number,
  log: Pick<FastifyBaseLogger, 'warn'>,
): Promise<void> {
  const needed = services * (poolSize + listeners)
  try {
    const { rows } = await sql<{ available: number }>`
      SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS available
    `.execute(database)
    const available = rows[0]?.available ?? needed
    if (available >= needed) return
    const hint = 'raise max_connections of PostgreSQL, or lower DATABASE_POOL_SIZE'
    log.warn(
      { available, needed, poolSize, hint },
      'PostgreSQL admits fewer connections than one replica of each service may open',
    )
  } catch {
    // It is away, which /ready tells; when it is back, nobody needs this hint any more.
  }
}
