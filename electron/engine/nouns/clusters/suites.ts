import type { SuiteRow } from '#shared/contract/clusters.ts'
import { asConsoleError } from '#shared/errors.ts'
import { accessReview, listObjects, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { partOf } from '../../objects/objects.ts'

export interface SuitesSeen {
  seen: 'all' | 'some' | 'failed' | 'notAsked'
  suites: Omit<SuiteRow, 'lastBackup'>[]
}

const labelSelector = Object.entries(partOf)
  .map(([key, value]) => `${key}=${value}`)
  .join(',')
const kinds = ['pods', 'configmaps'] as const

/**
 * The namespaces that hold a suite: its pods run there, or a release of it is recorded (a suite may be scaled to nothing).
 * @param namespaces where to look when not all may be listed
 * @returns `failed` when the cluster does not answer it: whether it can be reached at all is found out by others
 */
export async function suitesIn(
  connection: ClusterConnection,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<SuitesSeen> {
  try {
    return await read(connection, namespaces, signal)
  } catch (thrown) {
    if (signal.aborted) throw thrown
    return { seen: 'failed', suites: [] }
  }
}

async function read(
  connection: ClusterConnection,
  namespaces: readonly string[],
  signal: AbortSignal,
): Promise<SuitesSeen> {
  // Asked first: a request that is refused would stand in the cluster's own audit log every 30 s.
  const answers = await accessReview(
    connection,
    kinds.map((resource) => ({ verb: 'list', resource })),
    { signal },
  )
  const isAllowed = answers.every(({ allowed }) => allowed)
  const lists = isAllowed
    ? [await labelled(connection, undefined, signal)]
    : await Promise.all(
        [...new Set(namespaces)].map((namespace) => labelled(connection, namespace, signal).catch(unlessForbidden)),
      )
  return { seen: isAllowed ? 'all' : 'some', suites: bySuite(lists.flat()) }
}

async function labelled(connection: ClusterConnection, namespace: string | undefined, signal: AbortSignal) {
  const options = { labelSelector, signal, ...(namespace !== undefined && { namespace }) }
  const path = namespace === undefined ? '/api/v1/configmaps' : `/api/v1/namespaces/${namespace}/configmaps`
  const [pods, { items: records }] = await Promise.all([
    listObjects(connection, { apiVersion: 'v1', kind: 'Pod' }, options),
    connection.request<{ items: KubeObject[] }>('GET', path, {
      query: { labelSelector },
      // A record of a release holds all its objects; where it is, is enough.
      headers: { accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json' },
      signal,
    }),
  ])
  // Items of a list need not repeat its kind.
  return [...pods.map((object) => ({ object, isPod: true })), ...records.map((object) => ({ object, isPod: false }))]
}

function unlessForbidden(thrown: unknown): [] {
  if (asConsoleError(thrown).code === 'FORBIDDEN') return []
  throw thrown
}

function bySuite(found: { object: KubeObject; isPod: boolean }[]): SuitesSeen['suites'] {
  const suites = new Map<string, SuitesSeen['suites'][number]>()
  for (const { object, isPod } of found) {
    const namespace = object.metadata.namespace ?? ''
    const suite = suites.get(namespace) ?? { namespace, pods: { ready: 0, total: 0 } }
    suites.set(namespace, suite)
    if (!isPod || object.status?.phase === 'Succeeded' || object.status?.phase === 'Failed') continue
    suite.pods.total++
    if (isReady(object)) suite.pods.ready++
    if (isBackend(object)) suite.version ??= object.metadata.labels?.['app.kubernetes.io/version']
  }
  return [...suites.values()].sort((a, b) => (a.namespace < b.namespace ? -1 : 1))
}

function isReady(pod: KubeObject): boolean {
  const conditions = (pod.status?.conditions ?? []) as { type: string; status: string }[]
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

const isBackend = ({ metadata: { labels } }: KubeObject): boolean =>
  labels?.['app.kubernetes.io/name'] === 'agency-swarm-backend' || labels?.app === 'agency-swarm-backend'
