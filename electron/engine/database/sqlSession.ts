import { Client, DatabaseError } from 'pg'
import type { Duplex } from 'node:stream'
import { ConsoleError } from '#shared/errors.ts'
import type { SqlSession } from '../ports/databaseServer.ts'
import { openPort, type ClusterConnection } from '../kube/index.ts'

export interface Credentials {
  user: string
  password: string
  database: string
}

/** Milliseconds until a session must be there. */
const connectTimeout = 20_000

/** SQL through a port-forward that exists in this process alone: no port of this machine is opened. */
export async function openSession(
  connection: ClusterConnection,
  place: { namespace: string; pod: string; port: number },
  credentials: Credentials,
  applicationName: string,
  signal?: AbortSignal,
): Promise<SqlSession> {
  const { namespace, pod, port } = place
  const stream = await openPort(connection, { namespace, pod, port, signal })
  const client = new Client({
    ...credentials,
    stream: () => asSocket(stream),
    ssl: false,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeout,
  })
  // A session that is ended by the server or the network is told by the query that meets it.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    stream.destroy()
    throw asQueryError(error)
  }
  return {
    query: async <Row extends object>(text: string, values?: readonly unknown[]) => {
      try {
        return (await client.query<Row & Record<string, unknown>>(text, values && [...values])).rows
      } catch (error) {
        throw asQueryError(error)
      }
    },
    close: async () => {
      await Promise.race([client.end().catch(() => undefined), connection.clock.delay(5000).catch(() => undefined)])
      stream.destroy()
    },
  }
}

/** pg asks its stream to connect, as if it were a socket; ours is connected already. */
function asSocket(stream: Duplex): Duplex {
  return Object.assign(stream, {
    connect: () => queueMicrotask(() => stream.emit('connect')),
    setNoDelay: () => stream,
    setKeepAlive: () => stream,
    ref: () => stream,
    unref: () => stream,
  })
}

function asQueryError(error: unknown): unknown {
  if (error instanceof ConsoleError) return error
  if (error instanceof DatabaseError) {
    return new ConsoleError(
      'COMMAND_FAILED',
      `PostgreSQL refused: ${error.message}`,
      { sqlState: error.code, detail: error.detail, hint: error.hint },
      { cause: error },
    )
  }
  const raw = error instanceof Error ? error.message : String(error)
  return new ConsoleError('CONNECTION_LOST', 'The connection to the database was lost.', { raw }, { cause: error })
}
