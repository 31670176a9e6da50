import { ConsoleError } from '#shared/errors.ts'
import type { DatabaseServer, SqlSession } from '../../ports/databaseServer.ts'

/** Present on every PostgreSQL, and never the database that is renamed. */
const maintenanceDatabase = 'postgres'

/** Runs work in a session of its own. */
export async function withSession<T>(
  server: DatabaseServer,
  database: string,
  application: string,
  work: (session: SqlSession) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const session = await server.connect(database, application, signal)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}

/** A session that is not in the suite's database, for creating, renaming and dropping. */
export function withMaintenance<T>(
  server: DatabaseServer,
  work: (session: SqlSession) => Promise<T>,
  application = 'agency-swarm-console',
): Promise<T> {
  return withSession(server, maintenanceDatabase, application, work)
}

/** Any number; the same in every version of the console. */
const advisoryLock = 4_272_061_188

/**
 * A maintenance session that is the only one of all consoles to swap, rename or drop databases of this server: between a look at a
 * database's number and the statement that names it, no other console acts. The lock ends with the session.
 * @throws ConsoleError BUSY when another console holds it for half a minute
 */
export function withDatabaseLock<T>(
  server: DatabaseServer,
  work: (session: SqlSession) => Promise<T>,
  application?: string,
): Promise<T> {
  return withMaintenance(
    server,
    async (session) => {
      await session.query(`SET lock_timeout = '30s'`)
      try {
        await session.query('SELECT pg_advisory_lock($1)', [advisoryLock])
      } catch (error) {
        if (sqlStateOf(error) !== '55P03') throw error
        throw new ConsoleError(
          'BUSY',
          'Another console is swapping or dropping databases on this server. Try again in a minute.',
          {},
          { cause: error },
        )
      }
      await session.query('RESET lock_timeout')
      return work(session)
    },
    application,
  )
}

/**
 * Ends every session of that name and waits until the server has forgotten them: the tools beside the server end with their sessions,
 * and no transaction stays open.
 */
export async function endSessions(server: DatabaseServer, application: string): Promise<void> {
  await withMaintenance(server, async (session) => {
    await session.query(
      'SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name = $1 AND pid <> pg_backend_pid()',
      [application],
    )
  })
}

/** PostgreSQL's own code of an error, wherever the session runs; undefined when the error is not of the server. */
export function sqlStateOf(error: unknown): unknown {
  if (error instanceof ConsoleError) return error.details['sqlState']
  return error instanceof Error && 'code' in error ? error.code : undefined
}
