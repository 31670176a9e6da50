import { Kysely, PostgresDialect } from 'kysely'
import { Pool, type PoolConfig } from 'pg'
import { Gauge } from 'prom-client'
import type { ServiceMetrics } from '../common/metrics.ts'
import { recordSpan } from '../common/telemetry.ts'
import type { Tables } from './tables.ts'

export interface DatabaseSettings {
  readonly DATABASE_HOST: string
  readonly DATABASE_PORT: number
  readonly DATABASE_NAME: string
  readonly DATABASE_USER: string
  readonly DATABASE_PASSWORD: string
  readonly DATABASE_POOL_SIZE: number
}

export type Database = Kysely<Tables>

export interface DatabaseConnection {
  readonly pool: Pool
  readonly tables: Database
  readonly close: () => Promise<void>
}

export interface ConnectionOptions {
  readonly service: string
  readonly metrics?: ServiceMetrics
  readonly onConnectionLost: (error: Error) => void
}

/**
 * How many neighbours HNSW keeps in hand. pgvector's default of 40 finds too few of 20 nearest; at this breadth the tests find at least
 * 95 of 100 that exact search finds. At most 50 are asked for. Set for the connection: a statement that sets it itself is slower.
 */
const searchBreadth = 200

export function clientConfig(settings: DatabaseSettings, service: string): PoolConfig {
  return {
    host: settings.DATABASE_HOST,
    port: settings.DATABASE_PORT,
    database: settings.DATABASE_NAME,
    user: settings.DATABASE_USER,
    password: settings.DATABASE_PASSWORD,
    application_name: `agency-swarm-${service}`,
    options: `-c hnsw.ef_search=${searchBreadth}`,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  }
}

/** A bounded pool that survives a restart of PostgreSQL and the swap of its database: the next query reconnects. */
export function openDatabase(settings: DatabaseSettings, options: ConnectionOptions): DatabaseConnection {
  const pool = new Pool({
    ...clientConfig(settings, options.service),
    max: settings.DATABASE_POOL_SIZE,
    idleTimeoutMillis: 30_000,
    statement_timeout: 30_000,
  })
  // Without a listener, the end of an idle connection ends the process.
  pool.on('error', options.onConnectionLost)
  // The pool takes its own listener off a connection that is in use; its end would then end the process, too.
  pool.on('connect', (client) => client.on('error', options.onConnectionLost))
  if (options.metrics !== undefined) measurePool(pool, options.metrics)
  const tables = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: ({ queryDurationMillis, query }) => {
      options.metrics?.queryTime.observe(queryDurationMillis)
      // The text with its placeholders; values never leave the process.
      recordSpan('database query', queryDurationMillis, { 'db.query.text': query.sql })
    },
  })
  return { pool, tables, close: () => tables.destroy() }
}

function measurePool(pool: Pool, { registry }: ServiceMetrics): void {
  const connections: Gauge<'state'> = new Gauge({
    name: 'database_pool_connections',
    help: 'Connections of this process to PostgreSQL: in use, idle, and requests that wait for one.',
    labelNames: ['state'] as const,
    registers: [registry],
    collect: () => {
      connections.set({ state: 'used' }, pool.totalCount - pool.idleCount)
      connections.set({ state: 'idle' }, pool.idleCount)
      connections.set({ state: 'waiting' }, pool.waitingCount)
    },
  })
}
