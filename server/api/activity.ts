import { sql } from 'kysely'
import type { FastifyInstance } from 'fastify'
import { Gauge, type Registry } from 'prom-client'
import { knownIdentity } from '../common/authentication.ts'
import type { Database } from '../database/connection.ts'

/** The day in UTC, as PostgreSQL writes it. */
const today = () => new Date().toISOString().slice(0, 10)

/** Notes who asked today: one row per user and day, and one statement per user, day and replica. */
export function noteActivity(app: FastifyInstance, database: Database): void {
  let day = today()
  let seen = new Set<string>()

  app.addHook('onResponse', (request, _reply, done) => {
    done()
    const identity = knownIdentity(request)
    // A machine is not an active user.
    if (identity === undefined || identity.isApiKey === true) return
    if (day !== today()) {
      day = today()
      seen = new Set()
    }
    const { userId } = identity
    if (seen.has(userId)) return
    seen.add(userId)
    store(database, day, userId).catch((error: unknown) => {
      // With the next request again.
      seen.delete(userId)
      request.log.warn({ err: error }, 'activity could not be noted')
    })
  })
}

/** A user who is deleted at this moment is skipped. */
async function store(database: Database, day: string, userId: string): Promise<void> {
  await sql`
    INSERT INTO archon_user_activity (day, user_id) SELECT ${day}::date, id FROM archon_users WHERE id = ${userId}
    ON CONFLICT DO NOTHING
  `.execute(database)
}

/** Every replica publishes the same number: queries take the maximum over them. */
export function measureActivity(registry: Registry, database: Database): void {
  new Gauge({
    name: 'daily_active_users',
    help: 'Users who have sent an authenticated request since midnight UTC; the same number from every replica.',
    registers: [registry],
    async collect() {
      const count = await database
        .selectFrom('archon_user_activity')
        .select(({ fn }) => fn.countAll<string>().as('users'))
        .where(sql<boolean>`day = ${today()}::date`)
        .executeTakeFirstOrThrow()
        // A database that is away must not take the other metrics with it; the last number stays.
        .catch(() => undefined)
      if (count !== undefined) this.set(Number(count.users))
    },
  })
}
