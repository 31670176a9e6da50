import type { Scope } from '#shared/contract/base.ts'
import type { DatabaseDirectory, SqlSession } from '../ports/databaseServer.ts'

export interface AppliedMigration {
  name: string
  /** Milliseconds since 1970. */
  at: number
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

/** Names of the migrations that the live database has, oldest first; undefined when it cannot be asked: no pod is ready, no rights. */
export async function liveMigrations(
  databases: DatabaseDirectory,
  { context, namespace }: Scope,
  signal?: AbortSignal,
): Promise<string[] | undefined> {
  try {
    const server = await databases.serverOf(context, namespace, signal)
    const session = await server.connect(server.database, 'agency-swarm-console migrations', signal)
    try {
      return (await appliedMigrations(session)).map(({ name }) => name)
    } finally {
      await session.close()
    }
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}
