import { sql } from 'kysely'
import { Problem } from '../common/problems.ts'
import { longestTokenLifetime } from '../common/tokens.ts'
import type { ChangeFeed } from './changeFeed.ts'
import type { Database } from './connection.ts'

/** Ends are stamped with the start of their transaction, and clocks of servers differ a little. Seconds. */
const margin = 120
const rememberSeconds = longestTokenLifetime + margin
const retryPause = 1_000

export interface Revocations {
  /**
   * Whether a session or an API key was ended. Answered from memory while the change feed is heard; else by the database.
   * @throws Problem 503 when neither can tell
   */
  readonly isEnded: (id: string) => boolean | Promise<boolean>
  /** Whether answers come from memory. */
  readonly isFollowing: () => boolean
  /** Known here at once, before the feed tells: called after the commit that ended them. */
  readonly note: (ids: readonly string[]) => void
}

/**
 * The sessions and API keys that were ended within the longest life of an access token, kept in memory by the change feed: an end is known
 * to every replica within the time of a notification, and no request asks the database.
 *
 * While the feed is away (and until everything was read again after it is back) nothing in memory is believed: each request asks the
 * database, and is refused with 503 when that is away as well. A feed whose peer vanished without a word is noticed by its heartbeat; for
 * at most that long (15 s) an end may be missed.
 */
export function followRevocations(
  database: Database,
  feed: Pick<ChangeFeed, 'on'>,
  onFailure: (error: unknown) => void,
): Revocations {
  /** By id, when it may be forgotten. In order of arrival, so the first is the oldest. */
  let ended = new Map<string, number>()
  let isFollowing = false
  /** Counts losses and beginnings of the feed: what was read in an earlier life of it does not count. */
  let life = 0

  const remember = (id: string) => {
    const now = Date.now()
    ended.set(id, now + rememberSeconds * 1000)
    for (const [known, until] of ended) {
      if (until > now) break
      ended.delete(known)
    }
  }

  const load = async (mine: number): Promise<void> => {
    const { rows } = await sql<{ id: string }>`
      SELECT id FROM archon_sessions WHERE revoked_at > now() - make_interval(secs => ${rememberSeconds})
      UNION ALL SELECT id FROM archon_api_keys WHERE revoked_at > now() - make_interval(secs => ${rememberSeconds})
    `.execute(database)
    if (mine !== life) return
    // Those that arrived meanwhile are in it already and stay.
    for (const { id } of rows) remember(id)
    isFollowing = true
  }

  const begin = (mine: number): void => {
    load(mine).catch((error: unknown) => {
      onFailure(error)
      setTimeout(() => {
        if (mine === life) begin(mine)
      }, retryPause).unref()
    })
  }

  feed.on('change', ({ kind, id }) => {
    if (kind === 'session') remember(id)
  })
  feed.on('lost', () => {
    life += 1
    isFollowing = false
  })
  feed.on('resync', () => {
    life += 1
    isFollowing = false
    ended = new Map()
    begin(life)
  })

  return {
    isEnded: (id) => (isFollowing || ended.has(id) ? ended.has(id) : askDatabase(database, id)),
    isFollowing: () => isFollowing,
    note: (ids) => {
      for (const id of ids) remember(id)
    },
  }
}

/** What the database does not know counts as ended. */
async function askDatabase(database: Database, id: string): Promise<boolean> {
  try {
    const { rows } = await sql<{ revoked_at: Date | null }>`
      SELECT revoked_at FROM archon_sessions WHERE id = ${id} UNION ALL SELECT revoked_at FROM archon_api_keys WHERE id = ${id}
    `.execute(database)
    return rows[0] === undefined || rows[0].revoked_at !== null
  } catch (error) {
    throw new Problem(
      503,
      'database-unavailable',
      'Whether this session is still open cannot be told, because the database cannot be reached right now. Try again shortly.',
      {},
      { cause: error },
    )
  }
}
