import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { ConsoleError } from '#shared/errors.ts'
import { isCode } from '../../storage/durable.ts'

/** @throws ConsoleError CANCELLED by the signal's reason; the file's own errors */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** A full disk as people understand it; any other error as it is. */
export function asDiskFull(error: unknown, path: string): unknown {
  if (!isCode(error, 'ENOSPC', 'EDQUOT')) return error
  return new ConsoleError(
    'DISK_FULL',
    'The disk that holds the backups is full. The unfinished backup was removed, earlier backups are untouched. Free some space, or delete backups that are no longer needed.',
    { path },
    { cause: error },
  )
}
