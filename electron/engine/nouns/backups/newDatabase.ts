import type { SqlSession } from '../../ports/databaseServer.ts'
import { quoteName, quoteText } from './names.ts'

interface DatabaseProperties {
  encoding: string
  collate: string
  ctype: string
  provider: string
  /** ICU or builtin locale; the column's name changed with version 17. */
  locale: string | null
  owner: string
}

/** Creates an empty database that sorts and encodes as another does. @returns its number (oid) */
export async function createLike(session: SqlSession, model: string, name: string): Promise<string> {
  const [like] = await session.query<DatabaseProperties>(
    `SELECT pg_encoding_to_char(d.encoding) AS encoding, d.datcollate AS collate, d.datctype AS ctype, d.datlocprovider::text AS provider,
       coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') AS locale, pg_get_userbyid(d.datdba) AS owner
     FROM pg_database d WHERE d.datname = $1`,
    [model],
  )
  if (!like) throw new Error(`there is no database ${model}`)
  await session.query(`CREATE DATABASE ${quoteName(name)} TEMPLATE template0 OWNER ${quoteName(like.owner)}
    ENCODING ${quoteText(like.encoding)} LC_COLLATE ${quoteText(like.collate)} LC_CTYPE ${quoteText(like.ctype)} ${localeOf(like)}`)
  const [row] = await session.query<{ oid: string }>('SELECT oid::text FROM pg_database WHERE datname = $1', [name])
  if (!row) throw new Error(`the new database ${name} is not there`)
  return row.oid
}

function localeOf({ provider, locale }: DatabaseProperties): string {
  if (provider === 'i' && locale !== null) return `LOCALE_PROVIDER icu ICU_LOCALE ${quoteText(locale)}`
  if (provider === 'b' && locale !== null) return `LOCALE_PROVIDER builtin BUILTIN_LOCALE ${quoteText(locale)}`
  return 'LOCALE_PROVIDER libc'
}

/**
 * An archive says only "create the extension", so the server would take its default version. Extensions whose default is another are made
 * first; pg_restore leaves existing ones alone.
 */
export async function createExtensions(
  session: SqlSession,
  wanted: { name: string; version: string; schema: string }[],
): Promise<void> {
  const defaults = new Map(
    (
      await session.query<{ name: string; version: string }>(
        'SELECT name, default_version AS version FROM pg_available_extensions',
      )
    ).map(({ name, version }) => [name, version]),
  )
  for (const { name, version, schema } of wanted) {
    const isElsewhere = schema !== 'public' && schema !== 'pg_catalog'
    if (defaults.get(name) === version || isElsewhere) continue
    await session.query(
      `CREATE EXTENSION IF NOT EXISTS ${quoteName(name)} SCHEMA ${quoteName(schema)} VERSION ${quoteText(version)} CASCADE`,
    )
  }
}

/** What of an archive's extensions this server cannot give, as `vector 0.8.0`. */
export async function missingExtensions(
  session: SqlSession,
  wanted: { name: string; version: string }[],
): Promise<string[]> {
  const rows = await session.query<{ line: string }>(
    `SELECT name || ' ' || version AS line FROM pg_available_extension_versions`,
  )
  const available = new Set(rows.map(({ line }) => line))
  return wanted.map(({ name, version }) => `${name} ${version}`).filter((line) => !available.has(line))
}

/**
 * Settings, rights, comment and connection limit belong to the database and not to its dump: without this the swap would lose them.
 * Call with a session of another database.
 */
export async function carryProperties(session: SqlSession, from: string, to: string): Promise<void> {
  await session.query('BEGIN')
  try {
    await carrySettings(session, from, to)
    await carryRights(session, from, to)
    const [row] = await session.query<{ comment: string | null; connections: number }>(
      `SELECT shobj_description(oid, 'pg_database') AS comment, datconnlimit AS connections FROM pg_database WHERE datname = $1`,
      [from],
    )
    const name = quoteName(to)
    if (row?.comment != null) await session.query(`COMMENT ON DATABASE ${name} IS ${quoteText(row.comment)}`)
    if (row && row.connections >= 0) await session.query(`ALTER DATABASE ${name} CONNECTION LIMIT ${row.connections}`)
    await session.query('COMMIT')
  } catch (error) {
    await session.query('ROLLBACK')
    throw error
  }
}

/** FROM CURRENT, because a list such as search_path would become one name as a quoted text. */
async function carrySettings(session: SqlSession, from: string, to: string): Promise<void> {
  const settings = await session.query<{ role: string | null; setting: string }>(
    `SELECT r.rolname AS role, unnest(s.setconfig) AS setting FROM pg_db_role_setting s
     JOIN pg_database d ON d.oid = s.setdatabase LEFT JOIN pg_roles r ON r.oid = s.setrole WHERE d.datname = $1`,
    [from],
  )
  for (const { role, setting } of settings) {
    const equals = setting.indexOf('=')
    const name = setting.slice(0, equals)
    await session.query('SELECT set_config($1, $2, true)', [name, setting.slice(equals + 1)])
    const target = role === null ? `DATABASE ${quoteName(to)}` : `ROLE ${quoteName(role)} IN DATABASE ${quoteName(to)}`
    const parameter = name.split('.').map(quoteName).join('.')
    await session.query(`ALTER ${target} SET ${parameter} FROM CURRENT`)
  }
}

async function carryRights(session: SqlSession, from: string, to: string): Promise<void> {
  const rights = await session.query<{ role: string; right: string; grantable: boolean }>(
    `SELECT CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee) END AS role, a.privilege_type AS right,
       a.is_grantable AS grantable
     FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = $1`,
    [from],
  )
  // No list at all means the defaults, which a new database has.
  if (rights.length === 0) return
  const target = `ON DATABASE ${quoteName(to)}`
  await session.query(`REVOKE ALL ${target} FROM PUBLIC`)
  for (const { role, right, grantable } of rights) {
    const grantee = role === '' ? 'PUBLIC' : quoteName(role)
    await session.query(`GRANT ${right} ${target} TO ${grantee}${grantable ? ' WITH GRANT OPTION' : ''}`)
  }
}
