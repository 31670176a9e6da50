import type { SuiteRow } from '#shared/contract/clusters.ts'
import { asConsoleError } from '#shared/errors.ts'
import { accessReview, readMetadata, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { partOf } from '../../objects/objects.ts'

export interface SuitesSeen {
  seen: 'all' | 'some' | 'failed' | 'notAsked'
  suites: Omit<SuiteRow, 'lastBackup'>[]
}

export interface SuitesQuery {
  /** Where to look when not all namespaces may be listed. */
  namespaces: readonly string[]
  countPods: (namespace: string) => Promise<SuiteRow['pods']>
  signal: AbortSignal
}

const suite = Object.entries(partOf)
  .map(([key, value]) => `${key}=${value}`)
  .join(',')
const backend = 'agency-swarm-backend'
const backends = `${suite},app=${backend}`

/**
 * The namespaces that hold a suite: its backend runs there, or its configuration and the records of its releases are there (a suite
 * may be scaled to nothing). Metadata alone is read: pods and records may be many and large.
 * @returns `failed` when the cluster does not answer it: whether it can be reached at all is found out by others
 */
export async function suitesIn(connection: ClusterConnection, query: SuitesQuery): Promise<SuitesSeen> {
  try {
    return await read(connection, query)
  } catch (thrown) {
    if (query.signal.aborted) throw thrown
    return { seen: 'failed', suites: [] }
  }
}

async function read(connection: ClusterConnection, query: SuitesQuery): Promise<SuitesSeen> {
  const isAllowed = await mayList(connection, undefined, query.signal)
  const found = isAllowed
    ? await partsIn(connection, '/api/v1', query.signal)
    : await Promise.all(
        [...new Set(query.namespaces)].map(async (namespace) =>
          (await mayList(connection, namespace, query.signal))
            ? partsIn(connection, `/api/v1/namespaces/${namespace}`, query.signal).catch(unlessForbidden)
            : [],
        ),
      )
  const suites = await Promise.all([...versions(found.flat())].map(([namespace, version]) => row(namespace, version)))
  return { seen: isAllowed ? 'all' : 'some', suites }

  async function row(namespace: string, version: string | undefined) {
    return { namespace, version, pods: await query.countPods(namespace) }
  }
}

/** Asked first: a request that is refused would stand in the cluster's own audit log every 30 s. */
async function mayList(connection: ClusterConnection, namespace: string | undefined, signal: AbortSignal) {
  const checks = ['pods', 'configmaps'].map((resource) => ({ verb: 'list', resource, namespace }))
  return (await accessReview(connection, checks, { signal })).every(({ allowed }) => allowed)
}

async function partsIn(connection: ClusterConnection, path: string, signal: AbortSignal): Promise<KubeObject[]> {
  const [pods, records] = await Promise.all([
    readMetadata(connection, `${path}/pods`, { labelSelector: backends, signal }),
    readMetadata(connection, `${path}/configmaps`, { labelSelector: suite, signal }),
  ])
  return [...pods, ...records]
}

function unlessForbidden(thrown: unknown): [] {
  if (asConsoleError(thrown).code === 'FORBIDDEN') return []
  throw thrown
}

/** The version of each namespace's backend, where one runs, by namespace in order. */
function versions(parts: readonly KubeObject[]): Map<string, string | undefined> {
  const byNamespace = new Map<string, string | undefined>()
  for (const { metadata } of parts) {
    const namespace = metadata.namespace ?? ''
    const version = metadata.labels?.['app'] === backend ? metadata.labels['app.kubernetes.io/version'] : undefined
    byNamespace.set(namespace, byNamespace.get(namespace) ?? version)
  }
  return new Map([...byNamespace].sort(([a], [b]) => (a < b ? -1 : 1)))
}
