import type { Scope } from '#shared/contract/base.ts'
import type { DatabaseDirectory } from '../ports/databaseServer.ts'

/** Names of the migrations that the live database has, oldest first; undefined when it cannot be asked: no pod is ready, no rights. */
export async function appliedMigrations(
  databases: DatabaseDirectory,
  { context: cluster, namespace }: Scope,
  signal?: AbortSignal,
): Promise<string[] | undefined> {
  try {
    const server = await databases.serverOf(cluster, namespace, signal)
    const session = await server.connect(server.database, 'agency-swarm-console migrations', signal)
    try {
      const rows = await session.query<{ name: string }>('SELECT name FROM archon_migrations ORDER BY id')
      return rows.map(({ name }) => name)
    } finally {
      await session.close()
    }
  } catch {
    signal?.throwIfAborted()
    return undefined
  }
}
