import { randomBytes } from 'node:crypto'
import { z } from 'zod'

/** PostgreSQL cuts identifiers at 63 bytes without saying so. */
const identifierBytes = 63

/** An SQL identifier, quoted. */
export function quoteName(name: string): string {
  if (name.includes('\0')) throw new TypeError('An SQL identifier cannot hold a NUL character.')
  return `"${name.replaceAll('"', '""')}"`
}

/** An SQL string literal, quoted; independent of standard_conforming_strings. */
export function quoteText(text: string): string {
  if (text.includes('\0')) throw new TypeError('An SQL literal cannot hold a NUL character.')
  const quoted = text.replaceAll("'", "''")
  return text.includes('\\') ? ` E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`
}

/** The id of a backup or restore: its time to the millisecond, sortable, and four digits so that a retry never meets its predecessor. */
export const recoveryId = z.string().regex(/^\d{8}T\d{9}Z-[0-9a-f]{4}$/)

export function newRecoveryId(now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:.]/g, '')
  return `${time}-${randomBytes(2).toString('hex')}`
}

export type DatabasePurpose = 'trial' | 'restore' | 'before' | 'undone'

/** `<database>_<purpose>_<id>`; a long database name is cut, so that the id survives. */
export function derivedDatabase(database: string, purpose: DatabasePurpose, id: string): string {
  const suffix = `_${purpose}_${id.toLowerCase().replaceAll('-', '_')}`
  let stem = database
  while (Buffer.byteLength(stem + suffix) > identifierBytes) stem = stem.slice(0, -1)
  return stem + suffix
}

/** What a database beside the live one was made for, by a name that only consoles give; undefined for any other. */
export function purposeOf(
  live: string,
  name: string,
): { purpose: DatabasePurpose; id: string; at: number } | undefined {
  const parts = /^.*_(trial|restore|before|undone)_(\d{8}t\d{9}z)_([0-9a-f]{4})$/.exec(name)
  if (!parts) return undefined
  const [, purpose, time = '', digits = ''] = parts
  const id = `${time.toUpperCase()}-${digits}`
  const at = timeOf(id)
  // As it would be made, cut where it is too long: another suite's database on the same server is not ours.
  const isOfThis = derivedDatabase(live, purpose as DatabasePurpose, id) === name
  return isOfThis && Number.isFinite(at) ? { purpose: purpose as DatabasePurpose, id, at } : undefined
}

/** When the work with this id began; NaN when it is no id. */
export function timeOf(id: string): number {
  return Date.parse(id.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z.*$/, '$1-$2-$3T$4:$5:$6.$7Z'))
}

/** How a piece of work shows in pg_stat_activity, so that what it left behind can be found and ended. */
export function applicationName(purpose: string, id: string): string {
  return `agency-swarm-console ${purpose} ${id}`
}
