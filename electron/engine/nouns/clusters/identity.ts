import { createHash } from 'node:crypto'
import { asConsoleError } from '#shared/errors.ts'
import type { ClusterConnection, ClusterEntry, KubeContext, KubeObject } from '../../kube/index.ts'
import { readRegularSync } from '../../storage/regularFile.ts'

/** The id of the built-in sandbox, as a context and as a cluster: it stays the same cluster through every reset. */
export const sandboxId = 'sandbox'

export const uidId = (uid: string): string => `uid:${uid}`

/**
 * What a kubeconfig alone tells about which cluster a context leads to: certificate authority and server. Where no certificate is
 * checked an address proves nothing (every tunnel ends at 127.0.0.1), so such a context stands for itself until it can read more.
 */
export function certificateId({ name, cluster }: KubeContext): string {
  const trust = trustOf(cluster)
  const parts = trust === undefined ? ['context', name] : ['trust', trust, cluster.tlsServerName ?? '']
  return `certificate:${digest([...parts, addressOf(cluster.server)]).slice(0, 32)}`
}

/**
 * The uid of the namespace kube-system, which no two clusters share and no cluster changes.
 * @returns undefined where it may not be read
 * @throws ConsoleError what else the cluster answers
 */
export async function readUid(connection: ClusterConnection, signal: AbortSignal): Promise<string | undefined> {
  try {
    const found = await connection.request<KubeObject>('GET', '/api/v1/namespaces/kube-system', { signal })
    return found.metadata.uid
  } catch (thrown) {
    const { code } = asConsoleError(thrown)
    if (code === 'FORBIDDEN' || code === 'NOT_FOUND') return undefined
    throw thrown
  }
}

/** What a server certificate is checked against; undefined when it is not. */
function trustOf({ server, skipTlsVerify, caData, caFile }: ClusterEntry): string | undefined {
  if (skipTlsVerify || !server.startsWith('https:')) return undefined
  const authority = caData ?? (caFile === undefined ? 'system' : readAuthority(caFile))
  return authority === undefined ? undefined : digest([authority.replaceAll(/\s+/g, '')])
}

function readAuthority(path: string): string | undefined {
  try {
    return readRegularSync(path).toString('utf8')
  } catch {
    // The connection says what is wrong with the file.
    return undefined
  }
}

/** Host in lower case, the scheme's port left out: two spellings of one address are one address. */
function addressOf(server: string): string {
  return new URL(server).href.replace(/\/+$/, '')
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}
