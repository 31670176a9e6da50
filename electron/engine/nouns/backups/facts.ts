import { z } from 'zod'
import type { SqlSession } from '../../ports/databaseServer.ts'
import { quoteName } from './names.ts'

const sequenceFact = z.object({
  name: z.string(),
  /** The last value handed out; the one before the first when none was. */
  value: z.string(),
  /** A sequence is outside of every snapshot: what was dumped lies between `value` and this. */
  until: z.string(),
})

/** What a database holds, as far as two databases can be compared by it. */
export const databaseFacts = z.object({
  extensions: z.array(z.object({ name: z.string(), version: z.string(), schema: z.string() })),
  /** `sha256` is over the set of rows, whatever their order on disk. */
  tables: z.array(z.object({ name: z.string(), rows: z.number(), sha256: z.string() })),
  sequences: z.array(sequenceFact),
  /** One line per constraint and per index. */
  constraints: z.array(z.string()),
  indexes: z.array(z.string()),
})
export type DatabaseFacts = z.infer<typeof databaseFacts>
export type SequenceFact = z.infer<typeof sequenceFact>

const ofExtension = (catalog: string, oid: string) =>
  `EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`
const ofSystem = `(n.nspname IN ('pg_catalog', 'information_schema') OR n.nspname LIKE 'pg\\_toast%' OR n.nspname LIKE 'pg\\_temp%')`

const relations = (kind: 'r' | 'S') => `
  SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = '${kind}' AND c.relpersistence <> 't' AND NOT ${ofSystem} AND NOT ${ofExtension('pg_class', 'c.oid')}
  ORDER BY 1, 2`

/**
 * Texts of values must not depend on the settings of a database: a restored one may differ in them before they are carried over.
 * The empty search_path makes the server qualify every name.
 */
const comparableSettings = `
  SET search_path = ''; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres'; SET bytea_output = 'hex';
  SET extra_float_digits = 1; SET xmlbinary = 'base64'; SET lc_monetary = 'C'; SET row_security = off;
  SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0`

/** Call once per session, before anything below. */
export async function makeComparable(session: SqlSession): Promise<void> {
  await session.query(comparableSettings)
}

/**
 * Everything but the sequences, which belong before and after a dump.
 * @param onTable called before each table with how many are done
 */
export async function readContents(
  session: SqlSession,
  onTable: (done: number, total: number, name: string) => void = () => undefined,
  signal?: AbortSignal,
): Promise<Omit<DatabaseFacts, 'sequences'>> {
  const found = await session.query<{ schema: string; name: string }>(relations('r'))
  const tables: DatabaseFacts['tables'] = []
  for (const { schema, name } of found) {
    signal?.throwIfAborted()
    onTable(tables.length, found.length, `${schema}.${name}`)
    tables.push(await tableFact(session, schema, name))
  }
  return {
    tables,
    extensions: await session.query(
      `SELECT e.extname AS name, e.extversion AS version, n.nspname AS schema
       FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1`,
    ),
    constraints: await lines(session, constraintLines),
    indexes: await lines(session, indexLines),
  }
}

/**
 * Sums of two halves of the rows' SHA-256, hashed: independent of the order, and without a sort. `(whole.*)` and not `whole`: a column
 * of that name would win. OFFSET 0 keeps the planner from computing the digest once per part.
 */
async function tableFact(session: SqlSession, schema: string, name: string): Promise<DatabaseFacts['tables'][number]> {
  const part = (from: number) => `sum(('x' || substr(digest, ${from}, 16))::bit(64)::bigint)`
  const [row] = await session.query<{ rows: string; sha256: string }>(
    `SELECT count(*)::text AS rows,
       encode(sha256(convert_to(concat_ws(',', count(*), ${part(1)}, ${part(17)}), 'UTF8')), 'hex') AS sha256
     FROM (SELECT encode(sha256(convert_to((whole.*)::text, 'UTF8')), 'hex') AS digest
           FROM ONLY ${quoteName(schema)}.${quoteName(name)} whole OFFSET 0) digests`,
  )
  if (!row) throw new Error(`no answer to the count of ${schema}.${name}`)
  return { name: `${schema}.${name}`, rows: Number(row.rows), sha256: row.sha256 }
}

/** Rows by table, counted without reading their contents. */
export async function countRows(session: SqlSession): Promise<Map<string, number>> {
  await makeComparable(session)
  const counts = new Map<string, number>()
  for (const { schema, name } of await session.query<{ schema: string; name: string }>(relations('r'))) {
    const [row] = await session.query<{ rows: string }>(
      `SELECT count(*)::text AS rows FROM ONLY ${quoteName(schema)}.${quoteName(name)}`,
    )
    counts.set(`${schema}.${name}`, Number(row?.rows ?? 0))
  }
  return counts
}

/** Name and last value handed out of every sequence. */
export async function readSequences(session: SqlSession): Promise<Map<string, string>> {
  const values = new Map<string, string>()
  for (const { schema, name } of await session.query<{ schema: string; name: string }>(relations('S'))) {
    const qualified = `${quoteName(schema)}.${quoteName(name)}`
    const [row] = await session.query<{ value: string }>(
      `SELECT (CASE WHEN is_called THEN last_value::numeric ELSE last_value::numeric - seqincrement END)::text AS value
       FROM ${qualified}, pg_sequence WHERE seqrelid = $1::regclass`,
      [qualified],
    )
    if (row) values.set(`${schema}.${name}`, row.value)
  }
  return values
}

/** A sequence that was dropped between the two readings is not in the dump's future, and is left out. */
export function sequenceFacts(before: Map<string, string>, after: Map<string, string>): SequenceFact[] {
  return [...before].map(([name, value]) => ({ name, value, until: after.get(name) ?? value }))
}

/** All facts of a database nobody writes to: one that was just restored. */
export async function readFacts(
  session: SqlSession,
  onTable?: (done: number, total: number, name: string) => void,
  signal?: AbortSignal,
): Promise<DatabaseFacts> {
  const contents = await readContents(session, onTable, signal)
  const sequences = await readSequences(session)
  return { ...contents, sequences: sequenceFacts(sequences, sequences) }
}

const lines = async (session: SqlSession, query: string) =>
  (await session.query<{ line: string }>(query)).map(({ line }) => line)

/**
 * The text of a CHECK is left out: PostgreSQL writes some expressions differently after one dump and restore (IN over varchar), so
 * equal texts cannot be asked for. Keys and foreign keys are stable.
 */
const constraintLines = `
  SELECT concat_ws(' ', c.conrelid::regclass, quote_ident(c.conname), c.contype::text,
    CASE WHEN c.convalidated THEN 'valid' ELSE 'not valid' END,
    CASE WHEN c.contype IN ('p', 'u', 'f') THEN pg_get_constraintdef(c.oid) END) AS line
  FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
  WHERE c.conrelid <> 0 AND NOT ${ofSystem} AND NOT ${ofExtension('pg_class', 'c.conrelid')}
  ORDER BY 1`

/** Expressions and predicates are left out for the same reason; plain columns, method and validity are in. */
const indexLines = `
  SELECT concat_ws(' ', i.indexrelid::regclass, 'on', i.indrelid::regclass, a.amname,
    CASE WHEN i.indisunique THEN 'unique' END, CASE WHEN i.indisvalid THEN 'valid' ELSE 'invalid' END,
    CASE WHEN i.indpred IS NOT NULL THEN 'partial' END,
    (SELECT string_agg(pg_get_indexdef(i.indexrelid, k + 1, true), ', ' ORDER BY k)
     FROM generate_subscripts(i.indkey, 1) k WHERE i.indkey[k] <> 0)) AS line
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT ${ofSystem} AND NOT ${ofExtension('pg_class', 'i.indrelid')}
  ORDER BY 1`
