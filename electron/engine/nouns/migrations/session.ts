import type { DatabaseServer, SqlSession } from '../../ports/databaseServer.ts'

/** What the sessions of this noun are called in pg_stat_activity. */
export const application = 'agency-swarm-console migrations'

/** Runs `work` with a session on the suite's database. */
export async function withSession<Result>(
  server: DatabaseServer,
  work: (session: SqlSession) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const session = await server.connect(server.database, application, signal)
  try {
    return await work(session)
  } finally {
    await session.close()
  }
}
