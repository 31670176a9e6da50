import { ConsoleError } from '#shared/errors.ts'
import type { DatabaseServer, SqlSession } from '../../ports/databaseServer.ts'
import { withMaintenance } from './sessions.ts'

interface Blocker {
  pid: number
  user: string
  application: string
  state: string
  since: Date | null
  query: string
}

export interface LockWatch {
  /** Who holds the lock, while the work waits; empty when it waits no longer. */
  onWaiting: (text: string) => void
  /** Called once, when it has waited for the whole limit. */
  onStuck: (error: ConsoleError) => void
  signal: AbortSignal
  /** Milliseconds. */
  limit?: number
  every?: number
}

/** Five minutes: longer than a statement of a migration, shorter than a night. */
const lockLimit = 300_000

/**
 * Watches the sessions of that name for locks that another session holds: a dump waits for them without a word. Resolves when the signal
 * is aborted. Looking is a comfort: where it fails the work continues unwatched.
 */
export async function watchLocks(server: DatabaseServer, application: string, watch: LockWatch): Promise<void> {
  const { onWaiting, onStuck, signal, limit = lockLimit, every = 2_000 } = watch
  let since: number | undefined
  await pause(every, signal)
  if (signal.aborted) return
  await withMaintenance(server, async (session) => {
    while (!signal.aborted) {
      const [blocker] = await blockersOf(session, application)
      if (blocker) {
        since ??= Date.now()
        onWaiting(`Waiting for a lock that ${nameOf(blocker)} holds.`)
        if (Date.now() - since >= limit) {
          onStuck(stuck(blocker, limit))
          return
        }
      } else if (since !== undefined) {
        since = undefined
        onWaiting('')
      }
      await pause(every, signal)
    }
  }).catch(() => undefined)
}

const blockersOf = (session: SqlSession, application: string) =>
  session.query<Blocker>(
    `SELECT DISTINCT b.pid, b.usename AS user, b.application_name AS application, b.state, b.xact_start AS since, left(b.query, 300) AS query
     FROM pg_stat_activity a CROSS JOIN LATERAL unnest(pg_blocking_pids(a.pid)) blocking (pid)
     JOIN pg_stat_activity b ON b.pid = blocking.pid
     WHERE a.application_name = $1 AND b.application_name <> $1 ORDER BY b.xact_start`,
    [application],
  )

const nameOf = ({ pid, user, application, state }: Blocker) =>
  `session ${pid} (${[application, user, state].filter(Boolean).join(', ')})`

const stuck = (blocker: Blocker, limit: number) =>
  new ConsoleError(
    'TIMEOUT',
    `The backup waited ${Math.round(limit / 1000)} s for a lock that ${nameOf(blocker)} holds, and was stopped. No backup was kept; earlier backups are untouched. Wait until that session has ended, or end it with pg_terminate_backend(${blocker.pid}), then back up again.`,
    { blocker },
  )

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) end()
  })
}
