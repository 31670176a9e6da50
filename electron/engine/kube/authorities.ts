import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import * as tls from 'node:tls'
import { readRegular } from '../storage/regularFile.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** Where Go looks on Linux and BSD: the first file that can be read, and every folder. */
const files = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
]
const folders = ['/etc/ssl/certs', '/etc/pki/tls/certs']
/** Milliseconds; an authority that an administrator adds is known soon, and a burst of connections reads once. */
const lifetime = 60_000

let known: { key: string; at: number; authorities: Promise<string[] | undefined> } | undefined

/**
 * The authorities that the system trusts, for a cluster whose kubeconfig names none: SSL_CERT_FILE and SSL_CERT_DIR, else where the system
 * keeps them, as kubectl takes them.
 * @returns undefined where there are none: then those that come with Node hold
 */
export function systemAuthorities(environment: Environment): Promise<string[] | undefined> {
  const key = JSON.stringify([environment['SSL_CERT_FILE'], environment['SSL_CERT_DIR']])
  if (known?.key !== key || Date.now() - known.at > lifetime)
    known = { key, at: Date.now(), authorities: readAuthorities(environment) }
  return known.authorities
}

async function readAuthorities(environment: Environment): Promise<string[] | undefined> {
  const { SSL_CERT_FILE: file = '', SSL_CERT_DIR: list = '' } = environment
  const isNamed = file !== '' || list !== ''
  // macOS and Windows keep theirs in a store, not in files.
  if (!isNamed && ['darwin', 'win32'].includes(process.platform)) return storedAuthorities()
  const found = new Set<string>()
  for (const path of file === '' ? files : [file]) {
    const certificates = await certificatesIn(path)
    if (!certificates) continue
    for (const certificate of certificates) found.add(certificate)
    break
  }
  for (const folder of list === '' ? folders : list.split(':')) {
    const names = await readdir(folder).catch(() => [])
    for (const name of names)
      for (const certificate of (await certificatesIn(join(folder, name))) ?? []) found.add(certificate)
  }
  return found.size > 0 ? [...found] : undefined
}

/** Undefined when it cannot be read: as for Go, a file among many that is unreadable is passed over. */
async function certificatesIn(path: string): Promise<string[] | undefined> {
  const text = await readRegular(path).then(
    (bytes) => bytes.toString('latin1'),
    () => undefined,
  )
  return (
    text?.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? (text === undefined ? undefined : [])
  )
}

/** Those of the system's store together with Node's own; only newer versions of Node can read the store. */
function storedAuthorities(): string[] | undefined {
  if (!('getCACertificates' in tls)) return undefined
  const read = tls.getCACertificates as (kind: 'system' | 'default') => string[]
  return [...new Set([...read('system'), ...read('default')])]
}
