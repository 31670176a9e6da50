import type { Permission } from '#shared/contract/base.ts'
import type { ContextRow, ProbeStage } from '#shared/contract/clusters.ts'
import { asConsoleError, faultOf, type ConsoleError } from '#shared/errors.ts'
import {
  accessReview,
  parseQuantity,
  readMetadata,
  type ClusterConnection,
  type ProbeResult,
} from '../../kube/index.ts'
import type { PodFacts } from '../../objects/pods/podFacts.ts'
import { readNodes, type Nodes } from './nodeCounts.ts'
import { countFacts, readCounts, type PodCounts } from './podCounts.ts'

/** What a look at a cluster finds: the part of its row that is not in the kubeconfig. */
export type HealthFacts = Pick<
  ContextRow,
  | 'health'
  | 'summary'
  | 'version'
  | 'latencyMs'
  | 'role'
  | 'probe'
  | 'fault'
  | 'nodes'
  | 'pods'
  | 'use'
  | 'suiteVersion'
>

const stageIds: Record<ProbeResult['stages'][number]['stage'], ProbeStage['id']> = {
  kubeconfig: 'kubeconfig',
  dns: 'dns',
  tcp: 'tcp',
  tls: 'tls',
  'sign-in': 'signIn',
  version: 'version',
}

export function probeStages(result: ProbeResult): ProbeStage[] {
  return result.stages.map(({ stage, outcome, milliseconds, detail, error }) => ({
    id: stageIds[stage],
    state: outcome === 'skipped' ? 'notTried' : outcome,
    ...(outcome === 'skipped' ? {} : { tookMs: Math.round(milliseconds) }),
    detail: error?.message ?? detail ?? '',
  }))
}

export function unreachable(result: ProbeResult): HealthFacts {
  const error = result.error
  return {
    // A program that may not run is FORBIDDEN by the person, not by the cluster: nothing can be seen at all.
    health: error?.code === 'FORBIDDEN' && !('consent' in error.details) ? 'limited' : 'unreachable',
    summary: error?.message.split('. ')[0] ?? 'The cluster does not answer',
    probe: probeStages(result),
    ...(error ? { fault: faultOf(error) } : {}),
  }
}

/**
 * Looks at nodes, pods of the suite and rights. What may not be read is left out, and the health says `limited`.
 * @param open the pods where a live list of them is being read; else they are counted by small requests
 */
export async function look(
  connection: ClusterConnection,
  namespace: string,
  probe: ProbeResult,
  signal: AbortSignal,
  open?: readonly PodFacts[],
): Promise<HealthFacts> {
  const hidden: ConsoleError[] = []
  const orHidden = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work
    } catch (thrown) {
      const error = asConsoleError(thrown)
      if (error.code !== 'FORBIDDEN' && error.code !== 'NOT_FOUND' && !error.code.startsWith('METRICS_')) throw error
      if (error.code === 'FORBIDDEN') hidden.push(error)
      return undefined
    }
  }
  const [nodes, podCounts, usage, role, suiteVersion] = await Promise.all([
    orHidden(readNodes(connection, signal)),
    open ? countFacts(open) : orHidden(readCounts(connection, namespace, signal)),
    orHidden(nodeUsage(connection, signal)),
    roleIn(connection, namespace, signal),
    orHidden(versionOf(connection, namespace, signal)),
  ])
  const use = nodes && usage && useOf(nodes, usage)
  return {
    ...healthOf(podCounts, hidden.length > 0),
    probe: probeStages(probe),
    latencyMs: Math.round(probe.stages.at(-1)?.milliseconds ?? probe.milliseconds),
    role,
    ...(probe.serverVersion === undefined ? {} : { version: probe.serverVersion }),
    ...(nodes ? { nodes: { ready: nodes.ready, total: nodes.total } } : {}),
    ...(podCounts ? { pods: { ready: podCounts.ready, total: podCounts.total } } : {}),
    ...(use ? { use } : {}),
    ...(suiteVersion === undefined ? {} : { suiteVersion }),
  }
}

function healthOf(pods: PodCounts | undefined, limited: boolean): Pick<HealthFacts, 'health' | 'summary'> {
  if (pods && pods.failing > 0) {
    return { health: 'degraded', summary: `${pods.failing} ${pods.failing === 1 ? 'pod is' : 'pods are'} failing` }
  }
  if (pods && pods.ready < pods.total) {
    return { health: 'warning', summary: `${pods.total - pods.ready} of ${pods.total} pods not ready` }
  }
  if (limited) return { health: 'limited', summary: 'Some facts are hidden from you' }
  return { health: 'healthy', summary: pods?.total === 0 ? 'The suite is not deployed' : 'All pods are ready' }
}

/** The version of the backend is that of the suite. */
async function versionOf(
  connection: ClusterConnection,
  namespace: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const labelSelector = 'app.kubernetes.io/part-of=agency-swarm,app=agency-swarm-backend'
  const found = await readMetadata(connection, `/api/v1/namespaces/${namespace}/pods`, { labelSelector, signal })
  const backend = found.find(({ metadata }) => metadata.labels?.['app'] === 'agency-swarm-backend')
  return backend?.metadata.labels?.['app.kubernetes.io/version']
}

interface NodeUsage {
  usage: { cpu: string; memory: string }
}

async function nodeUsage(connection: ClusterConnection, signal: AbortSignal): Promise<NodeUsage[] | undefined> {
  const list = await connection
    .request<{ items: NodeUsage[] }>('GET', '/apis/metrics.k8s.io/v1beta1/nodes', { signal, retries: 0 })
    .catch((thrown: unknown) => {
      // No metrics is a normal state of a cluster; the metrics page says which of the four it is.
      if (signal.aborted) throw thrown
      return undefined
    })
  return list?.items
}

function useOf({ allocatable: { cpu, memory } }: Nodes, usage: NodeUsage[]): HealthFacts['use'] {
  const used = (resource: 'cpu' | 'memory') => usage.reduce((sum, node) => sum + parseQuantity(node.usage[resource]), 0)
  if (cpu === 0 || memory === 0) return undefined
  return { cpu: Math.min(1, used('cpu') / cpu), memory: Math.min(1, used('memory') / memory) }
}

/** The guide's three levels, read off what the API server allows: deploying needs the first list, operating the second. */
export async function roleIn(
  connection: ClusterConnection,
  namespace: string,
  signal: AbortSignal,
): Promise<Permission> {
  const administrator = [
    { verb: 'create', resource: 'secrets', namespace },
    { verb: 'create', group: 'apps', resource: 'deployments', namespace },
    { verb: 'delete', resource: 'persistentvolumeclaims', namespace },
  ]
  const operator = [
    { verb: 'delete', resource: 'pods', namespace },
    { verb: 'patch', group: 'apps', resource: 'deployments', namespace },
  ]
  const answers = await accessReview(connection, [...administrator, ...operator], { signal })
  const allowed = answers.map((answer) => answer.allowed)
  if (allowed.every(Boolean)) return 'administrator'
  return allowed.slice(administrator.length).every(Boolean) ? 'operator' : 'read_only'
}
