import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createAuthority, type KeyAndCertificate } from '#shared/certificates/certificate.ts'

/** The secrets of one state directory. Whoever can read the file is the cluster's administrator. */
export interface Credentials {
  authority: KeyAndCertificate
  adminToken: string
  viewerToken: string
  /** Signs the tokens of service accounts. */
  tokenSecret: string
}

/** Writes a file only its owner can read, whole or not at all. */
export async function writePrivately(path: string, text: string): Promise<void> {
  const temporary = `${path}.${String(process.pid)}.new`
  await writeFile(temporary, text, { mode: 0o600 })
  await rename(temporary, path)
}

const secret = (): string => randomBytes(32).toString('base64url')

/** The credentials in `credentials.json` of a folder; made on first use, so that a kubeconfig stays good over restarts. */
export async function loadCredentials(folder: string): Promise<Credentials> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, 'credentials.json')
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Credentials
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  const created = {
    authority: createAuthority('agency-swarm-console sandbox'),
    adminToken: secret(),
    viewerToken: secret(),
    tokenSecret: secret(),
  }
  await writePrivately(path, JSON.stringify(created, undefined, 2))
  return created
}
