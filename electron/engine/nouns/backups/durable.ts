import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ConsoleError } from '#shared/errors.ts'

/** Makes a file, or the names in a folder, survive a loss of power. */
export async function flush(path: string): Promise<void> {
  const file = await open(path, 'r')
  try {
    await file.sync()
  } catch (error) {
    // Windows cannot flush a folder; its file system journals names by itself.
    if (!(process.platform === 'win32' && isCode(error, 'EPERM'))) throw error
  } finally {
    await file.close()
  }
}

/** Replaces a file in one step: readers see the old text or the new one. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const next = `${path}.next`
  await writeFile(next, text, { mode: 0o600 })
  await flush(next)
  await rename(next, path)
  await flush(dirname(path))
}

/** @throws ConsoleError CANCELLED by the signal's reason; the file's own errors */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
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
