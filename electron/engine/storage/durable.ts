import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
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

/** The same for a folder, at once: where the next line of code may already have an effect. */
export function flushFolderSync(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

/**
 * Replaces a file in one step, readable by its owner alone: readers see the old text or the new one, also after a crash. Each writer has a
 * temporary file of its own, so two of them cannot take it from each other.
 * @throws the file system's error; the file keeps its old text, and no temporary file is left
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const next = `${path}.${randomUUID()}.next`
  try {
    const file = await open(next, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(next, path)
  } catch (error) {
    await rm(next, { force: true })
    throw error
  }
  await flush(dirname(path))
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}

/**
 * A file of the console that could not be written, as a person understands it: DISK_FULL or STORAGE_FAILED.
 * @param what the file as the middle of a sentence: "the settings"
 */
export function storageError(error: unknown, what: string, path: string): ConsoleError {
  if (error instanceof ConsoleError) return error
  const raw = error instanceof Error ? error.message : String(error)
  if (isCode(error, 'ENOSPC', 'EDQUOT')) {
    const message = `The disk is full, so ${what} could not be saved. The previous version is kept. Free some space and try again.`
    return new ConsoleError('DISK_FULL', message, { path, raw }, { cause: error })
  }
  const message = `The console cannot write to ${path}, so ${what} could not be saved. Check that the folder exists and that you may write to it.`
  return new ConsoleError('STORAGE_FAILED', message, { path, raw }, { cause: error })
}
