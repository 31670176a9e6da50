import { FileFault, readRegularSync } from '../../storage/regularFile.ts'
import type { KubeconfigSource } from '../types.ts'

/** Bytes; the kubeconfigs of a thousand clusters are smaller, and what is larger is something else. */
const largest = 8 * 1024 * 1024

/**
 * The bytes of a kubeconfig; undefined for a default file that is not there, over which kubectl passes, too.
 * @throws Error saying why it cannot be read
 */
export function readSource({ path, kind }: KubeconfigSource): Uint8Array | undefined {
  try {
    return readRegularSync(path, largest)
  } catch (thrown) {
    if (!(thrown instanceof FileFault)) throw thrown
    if (thrown.code === 'ENOENT' && kind !== 'added') return undefined
    throw new Error(whyUnreadable(thrown), { cause: thrown })
  }
}

function whyUnreadable({ code, message }: FileFault): string {
  if (code === 'EFBIG') return `the file is larger than ${largest / 1024 / 1024} MiB, which no kubeconfig is`
  const isOther = code === 'EISDIR' || code === 'EINVAL'
  return `the file cannot be read (${isOther ? message : code})`
}
