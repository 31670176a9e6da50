import type { KeptDatabase, Restore } from '#shared/contract/backups.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { SuiteHold } from '../../objects/suiteLeases.ts'
import type { DatabaseServer, SqlSession } from '../../ports/databaseServer.ts'
import type { JournalView } from './journal.ts'
import { purposeOf, type DatabasePurpose } from './names.ts'
import { withDatabaseLock, withMaintenance } from './sessions.ts'
import { databaseNames, dropDatabase, type ExpectedDatabase } from './swap.ts'

/** What this console knows about databases that it made: its journals, and its restores as the window shows them. */
export interface OwnRecords {
  views: readonly JournalView[]
  restores: readonly Restore[]
  /** Trial databases by number; undefined where the console was killed before it noted one. */
  trials: readonly { name: string; oid: string | undefined }[]
}

interface Facts extends ExpectedDatabase {
  isOpen: boolean
  bytes: string | null
  sessions: number
}

/** A size that the user of the database may not ask for is unknown, and no reason to list nothing. */
const facts = `SELECT d.oid::text, d.datname AS name, d.datallowconn AS "isOpen",
    CASE WHEN has_database_privilege(d.oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'MEMBER') THEN pg_database_size(d.oid)::text END AS bytes,
    (SELECT count(*) FROM pg_stat_activity a WHERE a.datid = d.oid)::int AS sessions
  FROM pg_database d WHERE NOT d.datistemplate ORDER BY d.datname`

/**
 * Every database beside the live one that a console made on this server, this one or another: by the number in a journal, or by a name
 * that only consoles give. Only looks.
 */
export async function keptDatabases(server: DatabaseServer, own: OwnRecords): Promise<KeptDatabase[]> {
  const found = await withMaintenance(server, (session) => session.query<Facts>(facts))
  const hasLive = found.some(({ name }) => name === server.database)
  return found.flatMap((database) => {
    const made = purposeOf(server.database, database.name)
    if (!made || database.name === server.database) return []
    return [describe(database, made, own, hasLive)]
  })
}

type Made = { purpose: DatabasePurpose; id: string; at: number }

function describe({ bytes, ...database }: Facts, made: Made, own: OwnRecords, hasLive: boolean): KeptDatabase {
  const { purpose, id, at } = made
  const view = viewOf(database, made, own)
  const isOurs =
    view !== undefined || own.trials.some(({ name, oid }) => name === database.name && oid === database.oid)
  const restore = own.restores.find((each) => each.id === view?.id)
  const offered = restore?.offers ?? []
  const isBusy = restore?.state === 'running'
  const offers = offered.length > 0 || isBusy || !hasLive ? offered : (['remove'] as const)
  return {
    ...database,
    ...{ purpose, madeBy: id, madeAt: at, offers: [...offers] },
    bytes: bytes === null ? null : Number(bytes),
    proof: isOurs ? 'journal' : 'name',
    restoreId: restore?.id,
  }
}

/**
 * Drops one database that a console made, by number and name together; never the live one. This cannot be undone.
 * @throws ConsoleError NOT_FOUND when it is gone or has another name by now, FORBIDDEN when no console made it, BUSY while it is used,
 *   STATE_UNKNOWN while no database has the live name: then it may be the one that is missing
 */
export async function removeDatabase(
  server: DatabaseServer,
  expected: ExpectedDatabase,
  own: OwnRecords,
  hold: Pick<SuiteHold, 'check'>,
): Promise<void> {
  await hold.check()
  await withDatabaseLock(server, async (session) => {
    const databases = await databaseNames(session)
    const found = databases.find(({ oid }) => oid === expected.oid)
    if (found?.name !== expected.name) throw changed(expected, found?.name)
    const made = purposeOf(server.database, found.name)
    if (found.name === server.database || !made) throw notMade(found.name)
    if (!databases.some(({ name }) => name === server.database)) throw nothingLive(server.database, found.name)
    refuseOffered(found, made, own)
    await refuseUsed(session, found)
    await dropDatabase(session, expected)
  })
}

/**
 * The journal of the restore that the name tells, if it is of this console. A number alone would not do: data that a restore here made
 * live is, after a restore by another console, what that one keeps from before.
 */
function viewOf({ oid }: ExpectedDatabase, made: Made, { views }: OwnRecords): JournalView | undefined {
  // Where the console was killed before it noted the number of its copy, the id in the name is its own.
  return views.find(({ id, oldOid, newOid }) => id === made.id && (oid === oldOid || oid === (newOid ?? oid)))
}

/** What a restore of this console can still use is given up through that restore, whose journal then says so. */
function refuseOffered(database: ExpectedDatabase, made: Made, own: OwnRecords): void {
  const { name } = database
  const view = viewOf(database, made, own)
  const restore = own.restores.find(({ id }) => id === view?.id)
  if (!restore || (restore.offers.length === 0 && restore.state !== 'running')) return
  throw new ConsoleError(
    'BUSY',
    `${name} belongs to a restore that can still be settled. Undo, keep or recover that restore instead. ${name} was not removed.`,
    { restoreId: restore.id, offers: restore.offers },
  )
}

async function refuseUsed(session: SqlSession, { oid, name }: ExpectedDatabase): Promise<void> {
  const users = await session.query<{ application: string }>(
    'SELECT application_name AS application FROM pg_stat_activity WHERE datid = $1::oid',
    [oid],
  )
  if (users.length === 0) return
  throw new ConsoleError(
    'BUSY',
    `${name} is in use: ${users.length === 1 ? 'one session is' : `${users.length} sessions are`} connected to it. Wait for them, or end them, then try again. ${name} was not removed.`,
    { applications: users.map(({ application }) => application) },
  )
}

const changed = ({ oid, name }: ExpectedDatabase, now: string | undefined) =>
  new ConsoleError(
    'NOT_FOUND',
    now === undefined
      ? `${name} is no longer on the server.`
      : `The database that was ${name} is called ${now} now: it was swapped or renamed. No database was removed.`,
    { oid, name, now },
  )

const notMade = (name: string) =>
  new ConsoleError('FORBIDDEN', `${name} was not made by a console, so the console does not remove it.`, { name })

const nothingLive = (live: string, name: string) =>
  new ConsoleError(
    'STATE_UNKNOWN',
    `No database is called ${live}, so ${name} may hold the only data. Recover the interrupted restore first. No database was removed.`,
    { live, name },
  )
