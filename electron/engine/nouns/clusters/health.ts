import type { Permission } from '#shared/contract/base.ts'
import type { ContextRow, ProbeStage } from '#shared/contract/clusters.ts'
import { asConsoleError, faultOf, type ConsoleError } from '#shared/errors.ts'
import {
  accessReview,
  listObjects,
  parseQuantity,
  type ClusterConnection,
  type KubeObject,
  type ProbeResult,
} from '../../kube/index.ts'

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
    health: error?.code === 'FORBIDDEN' && !('execPlugin' in error.details) ? 'limited' : 'unreachable',
    summary: error?.message.split('. ')[0] ?? 'The cluster does not answer',
    probe: probeStages(result),
    ...(error ? { fault: faultOf(error) } : {}),
  }
}

/** Looks at nodes, pods of the suite and rights. What may not be read is left out, and the health says `limited`. */
export async function look(
  connection: ClusterConnection,
  namespace: string,
  probe: ProbeResult,
  signal: AbortSignal,
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
  const [nodes, pods, usage, role] = await Promise.all([
    orHidden(listObjects(connection, { apiVersion: 'v1', kind: 'Node' }, { signal })),
    orHidden(listObjects(connection, { apiVersion: 'v1', kind: 'Pod' }, { namespace, signal })),
    orHidden(nodeUsage(connection, signal)),
    roleIn(connection, namespace, signal),
  ])
  const podCounts = pods && countPods(pods)
  const use = nodes && usage && useOf(nodes, usage)
  return {
    ...healthOf(podCounts, hidden.length > 0),
    probe: probeStages(probe),
    latencyMs: Math.round(probe.stages.at(-1)?.milliseconds ?? probe.milliseconds),
    role,
    ...(probe.serverVersion === undefined ? {} : { version: probe.serverVersion }),
    ...(nodes ? { nodes: { ready: nodes.filter(isReady).length, total: nodes.length } } : {}),
    ...(podCounts ? { pods: { ready: podCounts.ready, total: podCounts.total } } : {}),
    ...(use ? { use } : {}),
    ...optionalVersion(pods),
  }
}

interface PodCounts {
  ready: number
  total: number
  failing: number
}

function countPods(pods: KubeObject[]): PodCounts {
  const running = pods.filter((pod) => phase(pod) !== 'Succeeded' && !isOvertaken(pod, pods))
  return {
    ready: running.filter(isReady).length,
    total: running.length,
    failing: running.filter((pod) => phase(pod) === 'Failed' || isCrashing(pod)).length,
  }
}

/** A Job keeps the pods of its failed attempts for a day. Once a later pod of the same service has succeeded they trouble nobody. */
function isOvertaken(pod: KubeObject, pods: KubeObject[]): boolean {
  if (phase(pod) !== 'Failed' || !pod.metadata.ownerReferences?.some(({ kind }) => kind === 'Job')) return false
  return pods.some(
    (other) =>
      phase(other) === 'Succeeded' &&
      other.metadata.labels?.app === pod.metadata.labels?.app &&
      (other.metadata.creationTimestamp ?? '') >= (pod.metadata.creationTimestamp ?? ''),
  )
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

function phase(pod: KubeObject): unknown {
  return pod.status?.phase
}

interface ContainerStatus {
  state?: { waiting?: { reason?: string } }
}

function isCrashing(pod: KubeObject): boolean {
  const containers = (pod.status?.containerStatuses ?? []) as ContainerStatus[]
  return containers.some(({ state }) => /BackOff|Err|Error/.test(state?.waiting?.reason ?? ''))
}

function isReady(object: KubeObject): boolean {
  const conditions = (object.status?.conditions ?? []) as { type: string; status: string }[]
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

function optionalVersion(pods: KubeObject[] | undefined): { suiteVersion?: string } {
  const label = pods
    ?.filter((pod) => pod.metadata.labels?.['app.kubernetes.io/part-of'] === 'agency-swarm')
    .find(
      (pod) =>
        pod.metadata.labels?.['app.kubernetes.io/name'] === 'agency-swarm-backend' ||
        pod.metadata.labels?.app === 'agency-swarm-backend',
    )?.metadata.labels?.['app.kubernetes.io/version']
  return label === undefined ? {} : { suiteVersion: label }
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

function useOf(nodes: KubeObject[], usage: NodeUsage[]): { cpu: number; memory: number } | undefined {
  const allocatable = (resource: 'cpu' | 'memory') =>
    nodes.reduce(
      (sum, node) =>
        sum + parseQuantity((node.status?.allocatable as Record<string, string> | undefined)?.[resource] ?? '0'),
      0,
    )
  const used = (resource: 'cpu' | 'memory') => usage.reduce((sum, node) => sum + parseQuantity(node.usage[resource]), 0)
  const [cpu, memory] = [allocatable('cpu'), allocatable('memory')]
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
