import { randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { ConsoleError } from '#shared/errors.ts'
import type { DatabaseServer } from '../../ports/databaseServer.ts'
import { restoreScript, trailerMark } from './scripts.ts'
import { parseTrailer } from './trailer.ts'

export interface RestoreRequest {
  /** An empty database. */
  database: string
  archive: { open: () => Readable; bytes: number; sha256: string }
  application: string
  onBytes: (bytes: number) => void
  signal: AbortSignal
}

/**
 * Streams an archive into the pg_restore beside the server: one transaction, and any error is a failure.
 * @throws ConsoleError COMMAND_FAILED when pg_restore failed, STREAM_BROKEN when the server received something else
 */
export async function restoreArchive(server: DatabaseServer, request: RestoreRequest): Promise<void> {
  const { database, archive, application, onBytes, signal } = request
  const mark = `${trailerMark}-${randomBytes(16).toString('hex')}`
  const parameters = [database, String(archive.bytes), application, mark]
  const run = await server.runTool(restoreScript, parameters, signal)
  const output = text(run.stdout)
  output.catch(() => undefined)
  const source = archive.open()
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    let sent = 0
    for await (const chunk of chunks) {
      yield chunk
      onBytes((sent += chunk.length))
    }
  }
  // When pg_restore fails early its stdin closes: the trailer tells why, the broken pipe does not.
  const sending = pipeline(source, counted, run.stdin, { signal, end: false }).catch((error: unknown) => error)
  try {
    const trailer = parseTrailer(await abortable(output, signal), mark)
    const { errors } = await run.finished
    if (!trailer)
      throw new ConsoleError('STREAM_BROKEN', 'The connection was cut before pg_restore had ended.', { errors })
    if (trailer.exitCode !== 0) {
      const details = { exitCode: trailer.exitCode, errors }
      throw new ConsoleError('COMMAND_FAILED', `pg_restore failed: ${errors.split('\n')[0] ?? ''}`, details)
    }
    if (trailer.sha256 !== archive.sha256) {
      throw new ConsoleError('STREAM_BROKEN', 'The server received something else than the archive.', { trailer })
    }
  } finally {
    run.stop()
    source.destroy()
    await sending
  }
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let stop = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'))
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
