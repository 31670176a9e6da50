import type { ClusterEntry } from './types.ts'

/** Host (without brackets) and port of a cluster's server. */
export function addressOf(cluster: ClusterEntry): { host: string; port: number; isTls: boolean } {
  const url = new URL(cluster.server)
  const isTls = url.protocol === 'https:'
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (isTls ? 443 : 80)), isTls }
}
