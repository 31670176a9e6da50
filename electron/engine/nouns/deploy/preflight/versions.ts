import { listObjects } from '../../../kube/index.ts'
import type { Found, Preflight } from './types.ts'
import { failed, passed, warning } from './results.ts'

/** The versions that the suite is made for and tested with. */
const [oldest, newest] = [28, 36]
/** How many minor versions a kubelet may be behind the API server (kubernetes.io/releases/version-skew-policy). */
const widestSkew = 3

export async function kubernetesCheck({ connection, signal }: Preflight): Promise<Found> {
  const options = { signal }
  const { gitVersion } = await connection.request<{ gitVersion: string }>('GET', '/version', options)
  const minor = minorOf(gitVersion)
  if (minor < oldest)
    return failed(
      `${gitVersion}. The suite needs 1.${oldest} or newer: older ones lack what its manifests use.`,
      'Upgrade the cluster, one minor version at a time.',
    )
  if (minor > newest)
    return warning(
      `${gitVersion}. This console was made for 1.${oldest} to 1.${newest}; newer ones mostly work.`,
      'Look for a newer console, or try it on a cluster that does not matter first.',
    )
  return passed(gitVersion)
}

export async function nodesCheck({ connection, signal }: Preflight): Promise<Found> {
  const options = { signal }
  const { gitVersion } = await connection.request<{ gitVersion: string }>('GET', '/version', options)
  const nodes = await listObjects(connection, { apiVersion: 'v1', kind: 'Node' }, options)
  const versions = nodes.map(({ metadata, status }) => {
    const { kubeletVersion = '' } = (status?.['nodeInfo'] ?? {}) as { kubeletVersion?: string }
    return { name: metadata.name, version: kubeletVersion, skew: minorOf(gitVersion) - minorOf(kubeletVersion) }
  })
  const odd = versions.filter(({ skew }) => skew > widestSkew || skew < 0)
  if (odd.length > 0)
    return warning(
      `${odd.map(({ name, version }) => `${name} runs ${version}`).join(', ')}; the API server runs ${gitVersion}. That is further apart than Kubernetes supports.`,
      'Upgrade these nodes to the version of the API server.',
    )
  return passed(`${nodes.length} nodes: ${[...new Set(versions.map(({ version }) => version))].join(', ')}.`)
}

const minorOf = (version: string) => Number(/^v?\d+\.(\d+)/.exec(version)?.[1] ?? 0)
