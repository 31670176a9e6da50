import { asConsoleError } from '#shared/errors.ts'
import { credentialRisk, type ClusterConnection } from '../../kube/index.ts'

/** A cluster that is slow or away is no reason to keep a terminal from opening. Milliseconds. */
const patience = 5_000

/**
 * In a terminal kubectl runs the context's sign-in program and reads its credential files by itself, without asking: so a terminal opens only
 * where the person has allowed both. Asking the cluster anything settles it.
 * @throws ConsoleError FORBIDDEN
 */
export async function requireAllowedProgram(connection: ClusterConnection, signal?: AbortSignal): Promise<void> {
  const { context } = connection
  if (context.user.exec === undefined && !(await credentialRisk(context))) return
  try {
    await connection.request('GET', '/version', { timeout: patience, retries: 0, signal })
  } catch (thrown) {
    const error = asConsoleError(thrown)
    if (error.code === 'FORBIDDEN' && error.details['consent'] !== undefined) throw error
    // Whatever else is wrong, kubectl says it in the terminal.
    signal?.throwIfAborted()
  }
}
