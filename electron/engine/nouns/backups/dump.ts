import { randomBytes } from 'node:crypto'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { ConsoleError } from '#shared/errors.ts'
import type { DatabaseServer } from '../../ports/databaseServer.ts'
import { dumpScript, trailerMark } from './scripts.ts'
import { TrailerCheck } from './trailer.ts'

export interface DumpRequest {
  snapshot: string
  /** How pg_dump shows in pg_stat_activity. */
  application: string
  onBytes: (bytes: number) => void
  signal: AbortSignal
}

/**
 * Streams an archive of the snapshot, made by the pg_dump beside the server, into the sink.
 * @throws ConsoleError STREAM_BROKEN when not every byte arrived, COMMAND_FAILED when pg_dump failed; the sink's own error
 */
export async function dumpInto(
  server: DatabaseServer,
  sink: Writable,
  request: DumpRequest,
): Promise<{ bytes: number; sha256: string }> {
  const { snapshot, application, onBytes, signal } = request
  const mark = `${trailerMark}-${randomBytes(16).toString('hex')}`
  const run = await server.runTool(dumpScript, [server.database, snapshot, application, mark], signal)
  const check = new TrailerCheck(mark, onBytes)
  const finished = run.finished.catch((error: unknown) => ({ exitCode: -1, errors: String(error) }))
  try {
    await pipeline(run.stdout, check, sink, { signal })
  } catch (error) {
    run.stop()
    signal.throwIfAborted()
    throw error
  }
  const { exitCode, bytes, sha256 } = check.trailer
  if (exitCode !== 0) {
    throw new ConsoleError('COMMAND_FAILED', 'pg_dump failed. No backup was kept; the database was only read.', {
      exitCode,
      errors: (await finished).errors,
    })
  }
  return { bytes, sha256 }
}
