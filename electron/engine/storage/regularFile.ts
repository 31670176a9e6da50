import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** Bytes, for what a person or this console writes: kubeconfigs, certificates, tokens, settings. */
export const ordinarySize = 16 * 1024 * 1024
/** Milliseconds: a network file system that does not answer costs its file, not the work that waits for it. */
const patience = 10_000
const chunk = 64 * 1024
/** A pipe would keep the opener waiting for a writer, and a terminal would become the process's own. */
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)

/** Why a file is not read. The message is the reason alone, for sentences that name the file: "it is a folder". */
export class FileFault extends Error {
  override readonly name = 'FileFault'
  /** The system's error code where it gave one, else EINVAL, EFBIG or ETIMEDOUT. */
  readonly code: string

  constructor(code: string, reason: string, options?: ErrorOptions) {
    super(reason, options)
    this.code = code
  }
}

/**
 * The bytes of a regular file. A folder, a pipe, a socket or a device is refused before it is read, because reading one may never end.
 * @param limit bytes
 * @throws FileFault
 */
export function readRegularSync(path: string, limit = ordinarySize): Buffer {
  const file = openRegularSync(path, limit)
  try {
    const chunks: Buffer[] = []
    for (let total = 0; ;) {
      const bytes = Buffer.alloc(chunk)
      const read = readSync(file, bytes)
      if (read === 0) return Buffer.concat(chunks)
      total = grown(total, read, limit)
      chunks.push(bytes.subarray(0, read))
    }
  } catch (thrown) {
    throw asFault(thrown)
  } finally {
    closeSync(file)
  }
}

/** Opens a regular file for reading. @throws FileFault */
export function openRegularSync(path: string, limit = Number.POSITIVE_INFINITY): number {
  let file: number | undefined
  try {
    file = openSync(path, flags)
    refuse(fstatSync(file), limit)
    return file
  } catch (thrown) {
    if (file !== undefined) closeSync(file)
    throw asFault(thrown)
  }
}

/**
 * The same without blocking, and within a time limit.
 * @param limit bytes
 * @param milliseconds until a file system that does not answer is given up
 * @throws FileFault
 */
export async function readRegular(path: string, limit = ordinarySize, milliseconds = patience): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const reason = `it could not be read within ${milliseconds / 1000} s`
    timer = setTimeout(() => reject(new FileFault('ETIMEDOUT', reason)), milliseconds)
  })
  try {
    return await Promise.race([readAll(path, limit), late])
  } finally {
    clearTimeout(timer)
  }
}

/** Opens a regular file for reading, however large it is. @throws FileFault */
export async function openRegular(path: string): Promise<FileHandle> {
  let file: FileHandle | undefined
  try {
    file = await open(path, flags)
    refuse(await file.stat(), Number.POSITIVE_INFINITY)
    return file
  } catch (thrown) {
    await file?.close()
    throw asFault(thrown)
  }
}

/** Whether a file could not be read because it was never written; a link that leads nowhere is there. */
export function isAbsent(path: string, error: unknown): boolean {
  const code = error instanceof FileFault ? error.code : undefined
  return code === 'ENOENT' && !lstatSync(path, { throwIfNoEntry: false })
}

async function readAll(path: string, limit: number): Promise<Buffer> {
  const file = await openRegular(path)
  try {
    refuse(await file.stat(), limit)
    const chunks: Buffer[] = []
    for (let total = 0; ;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(chunk))
      if (bytesRead === 0) return Buffer.concat(chunks)
      total = grown(total, bytesRead, limit)
      chunks.push(buffer.subarray(0, bytesRead))
    }
  } catch (thrown) {
    throw asFault(thrown)
  } finally {
    await file.close()
  }
}

function refuse(found: Stats, limit: number): void {
  if (found.isDirectory()) throw new FileFault('EISDIR', 'it is a folder')
  if (!found.isFile()) throw new FileFault('EINVAL', 'it is not a regular file')
  grown(0, found.size, limit)
}

/** It may grow while it is read, and some files of the system do not say their size. */
function grown(total: number, read: number, limit: number): number {
  if (total + read > limit) throw new FileFault('EFBIG', `it is larger than ${limit / 1024 / 1024} MiB`)
  return total + read
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ELOOP: 'it is a loop of symbolic links',
  ENAMETOOLONG: 'its path is too long',
  ENOTDIR: 'a part of its path is not a folder',
  ENXIO: 'it is not a regular file',
}

function asFault(thrown: unknown): FileFault {
  if (thrown instanceof FileFault) return thrown
  const raw = thrown instanceof Error ? thrown.message : String(thrown)
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'EIO'
  return new FileFault(code, reasons[code] ?? raw, { cause: thrown })
}
