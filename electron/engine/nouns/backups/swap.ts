import type { SqlSession } from '../../ports/databaseServer.ts'
import { quoteName, quoteText } from './names.ts'

/**
 * Puts `fresh` in the place of `live`, which is kept as `aside`. One statement that the server carries to its end even when the console
 * dies meanwhile: refuse connections, end those there are, rename both in one transaction, allow connections again. When the renaming
 * fails the live database is opened again before the error is raised, so nothing stays closed.
 * @throws the server's error; the live database is unchanged then
 */
export async function swapDatabases(session: SqlSession, live: string, fresh: string, aside: string): Promise<void> {
  const run = (statement: string) => `EXECUTE ${quoteText(statement)};`
  const allow = (name: string, isAllowed: boolean) =>
    run(`ALTER DATABASE ${quoteName(name)} ALLOW_CONNECTIONS ${String(isAllowed)}`)
  const rename = (from: string, to: string) => run(`ALTER DATABASE ${quoteName(from)} RENAME TO ${quoteName(to)}`)
  const others = `datname IN (${quoteText(live)}, ${quoteText(fresh)}) AND pid <> pg_backend_pid()`
  const body = `
    DECLARE problem text;
    BEGIN
      ${allow(live, false)}
      COMMIT;
      PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${others};
      FOR look IN 1..1000 LOOP
        PERFORM pg_stat_clear_snapshot();
        EXIT WHEN NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE ${others});
        PERFORM pg_sleep(0.01);
      END LOOP;
      BEGIN
        ${rename(live, aside)}
        ${rename(fresh, live)}
        ${allow(aside, true)}
        ${allow(live, true)}
      EXCEPTION WHEN OTHERS THEN problem := SQLERRM;
      END;
      IF problem IS NOT NULL THEN ${allow(live, true)} END IF;
      COMMIT;
      IF problem IS NOT NULL THEN RAISE EXCEPTION '%', problem; END IF;
    END`
  await session.query(`DO ${quoteText(body)}`)
}

export interface DatabaseName {
  oid: string
  name: string
  isOpen: boolean
}

export function databaseNames(session: SqlSession): Promise<DatabaseName[]> {
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

/** Gone is gone: a database that is not there is not an error. FORCE ends the sessions in it. */
export async function dropDatabase(session: SqlSession, name: string): Promise<void> {
  await session.query(`DROP DATABASE IF EXISTS ${quoteName(name)} WITH (FORCE)`)
}
