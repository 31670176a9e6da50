import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { KubeconfigSource } from '../types.ts'

/** Bytes; the kubeconfigs of a thousand clusters are smaller, and what is larger is something else. */
const largest = 8 * 1024 * 1024

/**
 * The bytes of a kubeconfig; undefined for a default file that is not there, over which kubectl passes, too. Only regular files: a pipe
 * or a device would keep the engine waiting.
 * @throws Error saying why it cannot be read
 */
export function readSource({ path, kind }: KubeconfigSource): Uint8Array | undefined {
  let file: number
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === 'ENOENT' && kind !== 'added') return undefined
    throw new Error(`the file cannot be read (${code})`, { cause: thrown })
  }
  try {
    const found = fstatSync(file)
    if (!found.isFile())
      throw new Error(`the file cannot be read (it is ${found.isDirectory() ? 'a folder' : 'not a regular file'})`)
    if (found.size > largest)
      throw new Error(`the file is larger than ${largest / 1024 / 1024} MiB, which no kubeconfig is`)
    return readUpTo(file, found.size)
  } finally {
    closeSync(file)
  }
}

/** Not more than it had when it was looked at: it may grow meanwhile. */
function readUpTo(file: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(size)
  let length = 0
  for (let read = -1; read !== 0 && length < size; length += read) {
    try {
      read = readSync(file, bytes, length, size - length, length)
    } catch (thrown) {
      throw new Error(`the file cannot be read (${codeOf(thrown)})`, { cause: thrown })
    }
  }
  return bytes.subarray(0, length)
}

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
