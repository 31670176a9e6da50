import type { DatabaseServer, SqlSession } from '../../ports/databaseServer.ts'

export interface AppliedMigration {
  name: string
  /** Milliseconds since 1970. */
  at: number
}

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

/** The migrations that the suite's migrator has recorded, newest last; none where it never ran. */
export async function appliedMigrations(session: SqlSession): Promise<AppliedMigration[]> {
  const [table] = await session.query<{ found: string | null }>(
    `SELECT to_regclass('public.archon_migrations')::text AS found`,
  )
  if (!table?.found) return []
  const rows = await session.query<{ name: string; at: string }>(
    // A timestamp without zone, written as UTC.
    `SELECT name, (extract(epoch FROM run_on) * 1000)::bigint::text AS at FROM public.archon_migrations ORDER BY id`,
  )
  return rows.map(({ name, at }) => ({ name, at: Number(at) }))
}
