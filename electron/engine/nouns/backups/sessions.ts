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
