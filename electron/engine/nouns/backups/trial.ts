import type { Readable } from 'node:stream'
import { ConsoleError } from '#shared/errors.ts'
import type { StepControl } from '../tasks/tasks.ts'
import type { DatabaseServer, SqlSession } from '../../ports/databaseServer.ts'
import { differences } from './compare.ts'
import { makeComparable, readFacts } from './facts.ts'
import { archiveOf, type Manifest } from './manifest.ts'
import { missingExtensions, createExtensions } from './newDatabase.ts'
import { restoreArchive } from './restoreArchive.ts'
import { freeBytes, serverVersion } from './serverFacts.ts'
import { endSessions, withSession } from './sessions.ts'

/** Why an archive cannot be restored on this server; empty when it can. Sentences for people. */
export async function unfitness(server: DatabaseServer, session: SqlSession, backup: Manifest): Promise<string[]> {
  const { database } = backup
  const reasons: string[] = []
  const version = await serverVersion(session)
  if (majorOf(version.number) < majorOf(database.serverVersionNumber)) {
    reasons.push(`The backup is of PostgreSQL ${database.serverVersion}, the server runs the older ${version.text}.`)
  }
  const missing = await missingExtensions(session, database.extensions)
  if (missing.length > 0) reasons.push(`The server does not have ${missing.join(', ')}.`)
  const free = await freeBytes(server, session)
  const needed = Math.ceil(database.bytes * 1.2)
  if (free !== undefined && free < needed) {
    reasons.push(
      `The server's volume has ${megabytes(free)} free; a second copy of the data needs ${megabytes(needed)}.`,
    )
  }
  const [role] = await session.query<{ able: boolean }>(
    'SELECT rolsuper OR rolcreatedb AS able FROM pg_roles WHERE rolname = current_user',
  )
  if (!role?.able) reasons.push('The database user may not create databases.')
  return reasons
}

/** 15 of 150014. */
const majorOf = (number: number) => Math.floor(number / 10_000)
const megabytes = (bytes: number) => `${(bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 0 })} MB`

export interface FillRequest {
  database: string
  backup: Manifest
  openArchive: () => Readable
  application: string
  signal: AbortSignal
}

/** Restores the archive into an empty database. A cancelled or failed one leaves no session in it. */
export async function fill(server: DatabaseServer, request: FillRequest, step: StepControl): Promise<void> {
  const { database, backup, openArchive, application, signal } = request
  const { bytes, sha256 } = archiveOf(backup)
  await withSession(server, database, application, (session) => createExtensions(session, backup.database.extensions))
  try {
    const onBytes = throttled((done) => {
      step.progress({ done, total: bytes, unit: 'bytes' })
      if (done === bytes) step.detail('The archive is sent; PostgreSQL builds the indexes.')
    }, bytes)
    await restoreArchive(server, {
      database,
      archive: { open: openArchive, bytes, sha256 },
      application,
      onBytes,
      signal,
    })
  } catch (error) {
    await endSessions(server, application).catch(() => undefined)
    throw error
  }
  step.detail(`Restored into ${database}.`)
}

/** @throws ConsoleError VERIFICATION_FAILED with every difference */
export async function compareWithManifest(
  server: DatabaseServer,
  request: FillRequest,
  step: StepControl,
): Promise<void> {
  const { database, backup, application, signal } = request
  const facts = await withSession(server, database, application, async (session) => {
    await makeComparable(session)
    const stop = () => void endSessions(server, application).catch(() => undefined)
    signal.addEventListener('abort', stop, { once: true })
    try {
      return await readFacts(
        session,
        (done, total, name) => step.detail(`Comparing table ${done + 1} of ${total}: ${name}`),
        signal,
      )
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw error
  })
  const found = differences(backup.database, facts)
  if (found.length === 0) {
    step.detail(`${facts.tables.length} of ${facts.tables.length} tables equal.`)
    return
  }
  throw new ConsoleError(
    'VERIFICATION_FAILED',
    `The restored data is not what the backup's description says: ${found.slice(0, 3).join(' ')} The live database is unchanged.`,
    { differences: found },
  )
}

/** At most one call per 0.2 s, and one when `total` is reached: every call is an emission to the window. */
export function throttled(report: (done: number) => void, total = Number.POSITIVE_INFINITY): (done: number) => void {
  let last = 0
  return (done) => {
    const now = Date.now()
    if (now - last < 200 && done < total) return
    last = now
    report(done)
  }
}
