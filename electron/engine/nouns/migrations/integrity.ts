import { ConsoleError } from '#shared/errors.ts'
import type { SqlSession } from '../../ports/databaseServer.ts'

/** Rows of every table, by "schema.table". */
export type Counts = Map<string, number>

const ofSuite = `n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'`
const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/**
 * Reads every table to its end.
 * @throws ConsoleError VERIFICATION_FAILED that names the table that cannot be read
 */
export async function countTables(
  session: SqlSession,
  onTable: (done: number, total: number, name: string) => void,
  signal?: AbortSignal,
): Promise<Counts> {
  const tables = await session.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND ${ofSuite} ORDER BY 1, 2`,
  )
  const counts: Counts = new Map()
  for (const { schema, name } of tables) {
    signal?.throwIfAborted()
    onTable(counts.size, tables.length, `${schema}.${name}`)
    try {
      const [row] = await session.query<{ rows: string }>(
        `SELECT count(*)::text AS rows FROM ${quote(schema)}.${quote(name)}`,
      )
      counts.set(`${schema}.${name}`, Number(row?.rows ?? 0))
    } catch (error) {
      throw new ConsoleError('VERIFICATION_FAILED', `Table ${schema}.${name} cannot be read.`, {}, { cause: error })
    }
  }
  return counts
}

/** How the tables differ: what came, what went, and what has lost rows; `emptied` is what no migration should do. */
export function compareCounts(before: Counts, after: Counts): { lines: string[]; emptied: string[] } {
  const lines: string[] = []
  const emptied: string[] = []
  for (const [table, rows] of after) {
    const earlier = before.get(table)
    if (earlier === undefined) lines.push(`${table} is new, with ${rows} rows.`)
    else if (earlier !== rows) lines.push(`${table} had ${earlier} rows and has ${rows}.`)
    // The queue's tables empty by themselves while the suite works.
    if (earlier !== undefined && earlier > 0 && rows === 0 && table.startsWith('public.')) emptied.push(table)
  }
  for (const [table, rows] of before) if (!after.has(table)) lines.push(`${table} is gone; it had ${rows} rows.`)
  return { lines, emptied }
}

/** What is wrong in the catalogue, one sentence each; empty when all is well. */
export async function catalogueFaults(session: SqlSession): Promise<string[]> {
  const indexes = await session.query<{ name: string }>(
    `SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid AND ${ofSuite}`,
  )
  const constraints = await session.query<{ name: string; relation: string }>(
    `SELECT c.conname AS name, c.conrelid::regclass::text AS relation FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
     WHERE NOT c.convalidated AND ${ofSuite}`,
  )
  return [
    ...indexes.map(({ name }) => `Index ${name} is not valid: it was interrupted while it was built, and is not used.`),
    ...constraints.map(
      ({ name, relation }) => `Constraint ${name} of ${relation} has not been checked against the rows there are.`,
    ),
    ...(await lateSequences(session)),
  ]
}

/** A sequence behind its column hands out numbers that are taken. */
async function lateSequences(session: SqlSession): Promise<string[]> {
  const owned = await session.query<{ sequence: string; relation: string; field: string; last: string }>(
    `SELECT s.oid::regclass::text AS sequence, t.oid::regclass::text AS relation, quote_ident(a.attname) AS field,
       coalesce(pg_sequence_last_value(s.oid), 0)::text AS last
     FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
     JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
     JOIN pg_namespace n ON n.oid = s.relnamespace JOIN pg_sequence q ON q.seqrelid = s.oid
     WHERE s.relkind = 'S' AND q.seqincrement > 0 AND ${ofSuite}`,
  )
  const late: string[] = []
  for (const { sequence, relation, field, last } of owned) {
    const [row] = await session.query<{ most: string | null }>(`SELECT max(${field})::text AS most FROM ${relation}`)
    if (row?.most && BigInt(row.most) > BigInt(last))
      late.push(`Sequence ${sequence} is at ${last}, and ${relation} has ${row.most}: new rows would collide.`)
  }
  return late
}
