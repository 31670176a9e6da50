import { ConsoleError } from '#shared/errors.ts'
import type { SqlSession } from '../../ports/databaseServer.ts'
import { quoteName, quoteText } from './names.ts'
import { sqlStateOf } from './sessions.ts'

/** A database under the name it should have, and with the number (oid) that every renaming leaves as it is. */
export interface ExpectedDatabase {
  oid: string
  name: string
}

export interface FoundDatabase extends ExpectedDatabase {
  isOpen: boolean
}

/** SQLSTATE of our own: a database is not the one that is meant. */
const isAnother = 'ASC01'

/**
 * Puts `fresh` in the place of `live`, which is kept as `aside`. One statement that the server carries to its end even when the console
 * dies meanwhile: refuse connections, end those there are, rename both in one transaction, allow connections again. When the renaming
 * fails the live database is opened again before the error is raised, so nothing stays closed.
 * Every transaction of it compares the databases' numbers after it acted by name, and takes back what met another database.
 * @param session of `withDatabaseLock`
 * @throws ConsoleError STATE_UNKNOWN when a name stands for another database; the server's error. The live database is unchanged then
 */
export async function swapDatabases(
  session: SqlSession,
  live: ExpectedDatabase,
  fresh: ExpectedDatabase,
  aside: string,
): Promise<void> {
  const run = (statement: string) => `EXECUTE ${quoteText(statement)};`
  const allow = (name: string, isAllowed: boolean) =>
    run(`ALTER DATABASE ${quoteName(name)} ALLOW_CONNECTIONS ${String(isAllowed)}`)
  const rename = (from: string, to: string) => run(`ALTER DATABASE ${quoteName(from)} RENAME TO ${quoteName(to)}`)
  const others = `datname IN (${quoteText(live.name)}, ${quoteText(fresh.name)}) AND pid <> pg_backend_pid()`
  const areThere = (...databases: ExpectedDatabase[]) => {
    const pairs = databases.map(({ oid, name }) => `(${quoteText(oid)}, ${quoteText(name)})`).join(', ')
    return `(SELECT count(*) FROM pg_database WHERE (oid::text, datname::text) IN (${pairs})) = ${databases.length}`
  }
  const require = (...databases: ExpectedDatabase[]) =>
    `IF NOT ${areThere(...databases)} THEN RAISE EXCEPTION 'another database has this name' USING ERRCODE = ${quoteText(isAnother)}; END IF;`
  const body = `
    DECLARE problem text; state text;
    BEGIN
      ${require(live, fresh)}
      ${allow(live.name, false)}
      ${require(live, fresh)}
      COMMIT;
      PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others};
      FOR look IN 1..1000 LOOP
        PERFORM pg_stat_clear_snapshot();
        EXIT WHEN NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE ${others});
        PERFORM pg_sleep(0.01);
      END LOOP;
      BEGIN
        ${rename(live.name, aside)}
        ${rename(fresh.name, live.name)}
        ${allow(aside, true)}
        ${allow(live.name, true)}
        ${require({ oid: live.oid, name: aside }, { oid: fresh.oid, name: live.name })}
      EXCEPTION WHEN OTHERS THEN problem := SQLERRM; state := SQLSTATE;
      END;
      IF problem IS NOT NULL AND ${areThere(live)} THEN ${allow(live.name, true)} END IF;
      COMMIT;
      IF problem IS NOT NULL THEN RAISE EXCEPTION USING MESSAGE = problem, ERRCODE = state; END IF;
    END`
  try {
    await session.query(`DO ${quoteText(body)}`)
  } catch (error) {
    if (sqlStateOf(error) !== isAnother) throw error
    throw new ConsoleError(
      'STATE_UNKNOWN',
      `${live.name} or ${fresh.name} is another database than when this began: someone else restored or renamed it. No database was swapped.`,
      { expected: { live, fresh }, found: await databaseNames(session) },
      { cause: error },
    )
  }
}

export function databaseNames(session: SqlSession): Promise<FoundDatabase[]> {
  return session.query(
    'SELECT oid::text, datname AS name, datallowconn AS "isOpen" FROM pg_database WHERE NOT datistemplate',
  )
}

export async function allowConnections(session: SqlSession, name: string): Promise<void> {
  await session.query(`ALTER DATABASE ${quoteName(name)} ALLOW_CONNECTIONS true`)
}

export async function renameDatabase(session: SqlSession, from: string, to: string): Promise<void> {
  await session.query(`ALTER DATABASE ${quoteName(from)} RENAME TO ${quoteName(to)}`)
}

/**
 * Drops this database and no other: number and name must both be those that are known. FORCE ends the sessions in it.
 * @param session of `withDatabaseLock`, so that no other console renames between the look and the drop
 * @returns `gone` when there is none of this number, `renamed` when it has another name by now: it serves another purpose and stays
 */
export async function dropDatabase(
  session: SqlSession,
  { oid, name }: ExpectedDatabase,
): Promise<'dropped' | 'gone' | 'renamed'> {
  const found = (await databaseNames(session)).find((database) => database.oid === oid)
  if (!found) return 'gone'
  if (found.name !== name) return 'renamed'
  await session.query(`DROP DATABASE IF EXISTS ${quoteName(name)} WITH (FORCE)`)
  return 'dropped'
}
