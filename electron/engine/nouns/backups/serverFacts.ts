import { text } from 'node:stream/consumers'
import type { DatabaseServer, SqlSession } from '../../ports/databaseServer.ts'
import { quoteName } from './names.ts'
import { freeSpaceScript, toolVersionScript } from './scripts.ts'

export interface ServerVersion {
  /** `15.14` */
  text: string
  /** 150014 */
  number: number
}

export async function serverVersion(session: SqlSession): Promise<ServerVersion> {
  const [row] = await session.query<{ text: string; number: number }>(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS text, current_setting('server_version_num')::int AS number`,
  )
  if (!row) throw new Error('the server did not say its version')
  return row
}

/** `15.14`, of the pg_dump beside the server. */
export async function dumpVersion(server: DatabaseServer, signal?: AbortSignal): Promise<string> {
  const output = await runShort(server, toolVersionScript, [], signal)
  return /(\d+(\.\d+)*)/.exec(output)?.[1] ?? ''
}

/** Bytes free where the server keeps its data; undefined when the tool could not say. */
export async function freeBytes(server: DatabaseServer, session: SqlSession): Promise<number | undefined> {
  const [row] = await session.query<{ directory: string }>(`SELECT current_setting('data_directory') AS directory`)
  const output = await runShort(server, freeSpaceScript, [row?.directory ?? '/']).catch(() => '')
  return /^\d+\s*$/.test(output) ? Number(output) : undefined
}

export async function databaseBytes(session: SqlSession, database: string): Promise<number> {
  const [row] = await session.query<{ bytes: string }>('SELECT pg_database_size($1)::text AS bytes', [database])
  return Number(row?.bytes ?? 0)
}

/** The newest migration by the suite's migrator (node-pg-migrate: a table with `name` and `run_on`); empty when there is none. */
export async function schemaVersion(session: SqlSession): Promise<string> {
  const [table] = await session.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND c.relname LIKE '%migrations'
       AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'run_on')
       AND EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'name') LIMIT 1`,
  )
  if (!table) return ''
  const [row] = await session.query<{ name: string }>(
    `SELECT name FROM ${quoteName(table.schema)}.${quoteName(table.name)} ORDER BY id DESC LIMIT 1`,
  )
  return row?.name ?? ''
}

async function runShort(server: DatabaseServer, script: string, parameters: string[], signal?: AbortSignal) {
  const run = await server.runTool(script, parameters, signal)
  const output = await text(run.stdout)
  await run.finished
  return output.trim()
}
