import type { Suite } from '#shared/contract/base.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { DatabaseServer, SqlSession } from '../../ports/databaseServer.ts'
import { emptiedTables } from './compare.ts'
import { dumpInto } from './dump.ts'
import { asDiskFull } from './durable.ts'
import { makeComparable, readContents, readSequences, sequenceFacts } from './facts.ts'
import { archiveName, type AuditCheckpoint, type Manifest } from './manifest.ts'
import { watchLocks } from './locks.ts'
import { applicationName, newRecoveryId } from './names.ts'
import { databaseBytes, dumpVersion, schemaVersion, serverVersion } from './serverFacts.ts'
import { endSessions } from './sessions.ts'
import type { Catalogue, BackupInTheMaking } from './catalogue.ts'

export interface TakeRequest {
  suite: Suite
  clusterName: string
  by: string
  reason: string
  images: Record<string, string>
  /** The head of the audit log, to be kept with the backup. */
  auditCheckpoint?: () => Promise<AuditCheckpoint | undefined>
  now: () => number
  signal: AbortSignal
  /** Milliseconds to wait for a lock of another session; five minutes where nothing is said. */
  lockLimit?: number
  /** Bytes of the archive written so far. */
  onBytes: (bytes: number) => void
  /** What is being counted. */
  onDetail: (text: string) => void
}

/**
 * Takes one backup: the archive and the facts about it come from the same snapshot.
 * @throws ConsoleError DISK_FULL, STREAM_BROKEN, COMMAND_FAILED, CANCELLED. Nothing is left behind then: no file, no process, no session.
 */
export async function takeBackup(
  server: DatabaseServer,
  catalogue: Catalogue,
  request: TakeRequest,
): Promise<Manifest> {
  const { suite, signal } = request
  await catalogue.sweep(suite)
  const earlier = await catalogue.newestManifest(suite)
  const id = newRecoveryId(request.now())
  const application = applicationName('backup', id)
  const failure = new AbortController()
  const either = AbortSignal.any([signal, failure.signal])
  let partial: BackupInTheMaking | undefined
  let session: SqlSession | undefined
  try {
    partial = await catalogue.create(suite, id)
    session = await server.connect(server.database, application, signal)
    const contents = await dumpSnapshot(server, session, partial, { ...request, id, application, either, failure })
    const taken = { ...contents, emptied: earlier ? emptiedTables(earlier.database, contents.database) : [] }
    signal.throwIfAborted()
    await partial.commit(taken)
    return taken
  } catch (error) {
    failure.abort(error)
    await endSessions(server, application).catch(() => undefined)
    await partial?.discard()
    signal.throwIfAborted()
    throw asDiskFull(error, catalogue.describe(suite))
  } finally {
    await session?.close()
  }
}

interface SnapshotRequest extends TakeRequest {
  id: string
  application: string
  either: AbortSignal
  failure: AbortController
}

async function dumpSnapshot(
  server: DatabaseServer,
  session: SqlSession,
  partial: BackupInTheMaking,
  request: SnapshotRequest,
): Promise<Omit<Manifest, 'emptied'>> {
  const { suite, clusterName, by, reason, images, now, id, application, either, failure } = request
  const takenAt = now()
  const version = await serverVersion(session)
  await makeComparable(session)
  const sequencesBefore = await readSequences(session)
  const snapshot = await exportSnapshot(session)
  // Whichever fails first ends the other: a count may run for minutes in a session that nobody waits for.
  const stopOther = async (error: unknown): Promise<never> => {
    failure.abort(error)
    await endSessions(server, application).catch(() => undefined)
    throw error
  }
  const onAbort = () => void endSessions(server, application).catch(() => undefined)
  either.addEventListener('abort', onAbort, { once: true })
  const dumping = dumpInto(server, partial.openArchive(), {
    snapshot,
    application,
    onBytes: request.onBytes,
    signal: either,
  }).catch(stopOther)
  const counting = readContents(
    session,
    (done, total, name) => request.onDetail(`Counting table ${done + 1} of ${total}: ${name}`),
    either,
  ).catch(stopOther)
  const ended = new AbortController()
  const watching = watchLocks(server, application, {
    onWaiting: (text) => request.onDetail(text),
    onStuck: (error) => failure.abort(error),
    signal: AbortSignal.any([either, ended.signal]),
    limit: request.lockLimit,
  })
  const both = await Promise.allSettled([dumping, counting])
  ended.abort()
  await watching
  either.removeEventListener('abort', onAbort)
  failure.signal.throwIfAborted()
  const [archive, contents] = both.map((one) => (one.status === 'fulfilled' ? one.value : undefined)) as [
    Awaited<typeof dumping>,
    Awaited<typeof counting>,
  ]
  request.onDetail('Writing the description.')
  const schema = await schemaVersion(session)
  await session.query('COMMIT')
  const sequences = sequenceFacts(sequencesBefore, await readSequences(session))
  return {
    format: 2,
    id,
    ...suite,
    clusterName,
    takenAt,
    tookMs: now() - takenAt,
    by,
    reason,
    images,
    database: {
      ...contents,
      sequences,
      name: server.database,
      bytes: await databaseBytes(session, server.database),
      serverVersion: version.text,
      serverVersionNumber: version.number,
      dumpVersion: await dumpVersion(server, either),
      schemaVersion: schema,
    },
    members: [{ name: archiveName, ...archive }],
    audit: await checkpointOf(request),
  }
}

/** A log that cannot be written now keeps no backup from being taken. */
async function checkpointOf({ auditCheckpoint, onDetail }: TakeRequest): Promise<AuditCheckpoint | undefined> {
  try {
    return await auditCheckpoint?.()
  } catch (error) {
    console.error('A backup is without the checkpoint of the audit log:', error)
    onDetail('The backup is without a checkpoint of the audit log, which cannot be signed now.')
    return undefined
  }
}

/** The transaction stays open until the dump has ended: the snapshot lives as long as it. */
async function exportSnapshot(session: SqlSession): Promise<string> {
  await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  const [row] = await session.query<{ id: string }>('SELECT pg_export_snapshot() AS id')
  if (!row) throw new ConsoleError('COMMAND_FAILED', 'The database gave no snapshot. No backup was taken.')
  return row.id
}
