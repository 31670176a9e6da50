import type {
  V1LimitRange,
  V1PersistentVolumeClaim,
  V1PodDisruptionBudget,
  V1ResourceQuota,
  V2HorizontalPodAutoscaler,
} from '@kubernetes/client-node'
import type { UnreadKind } from '#shared/contract/unknown.ts'
import { getObject, listObjects, selects, type ClusterConnection, type KubeObject } from '../../kube/index.ts'
import { Lists } from '../../objects/known.ts'
import { recordedRevisions, type RecordedRevision } from './revisions.ts'
import { refOf, selectorOf, type Workload, type WorkloadName } from './workload.ts'

/** A workload and all in the cluster that has a say in what a change of it does. */
export interface Surroundings {
  workload: Workload
  /** Those that are not being deleted, newest first. */
  pods: KubeObject[]
  /** Newest first. */
  revisions: RecordedRevision[]
  autoscaler: V2HorizontalPodAutoscaler | undefined
  budget: V1PodDisruptionBudget | undefined
  quotas: V1ResourceQuota[]
  limits: V1LimitRange[]
  claims: V1PersistentVolumeClaim[]
  /** Milliseconds since 1970. */
  readAt: number
  /** Kinds that could not be listed: their say is unknown. */
  unread: UnreadKind[]
}

/** @throws ConsoleError NOT_FOUND when there is no such workload */
export async function surroundingsOf(
  connection: ClusterConnection,
  name: WorkloadName,
  signal?: AbortSignal,
): Promise<Surroundings> {
  const { namespace } = name
  const workload = (await getObject(connection, refOf(name), { signal })) as Workload
  const lists = new Lists(connection, { namespace, signal })
  const [pods, revisions, autoscalers, budgets, quotas, limits, claims] = await Promise.all([
    listObjects(
      connection,
      { apiVersion: 'v1', kind: 'Pod' },
      { namespace, labelSelector: selectorOf(workload), signal },
    ),
    recordedRevisions(connection, workload, signal),
    lists.all<V2HorizontalPodAutoscaler>('autoscaling/v2', 'HorizontalPodAutoscaler'),
    lists.all<V1PodDisruptionBudget>('policy/v1', 'PodDisruptionBudget'),
    lists.all<V1ResourceQuota>('v1', 'ResourceQuota'),
    lists.all<V1LimitRange>('v1', 'LimitRange'),
    lists.all<V1PersistentVolumeClaim>('v1', 'PersistentVolumeClaim'),
  ])
  const labels = workload.spec?.template?.metadata?.labels ?? {}
  return {
    workload,
    pods: alive(pods),
    revisions,
    autoscaler: autoscalers.find(({ spec }) => {
      const target = spec?.scaleTargetRef
      return target?.kind === name.kind && target.name === name.name
    }),
    budget: budgets.find(({ spec }) => spec?.selector && selects(spec.selector, labels)),
    quotas,
    limits,
    claims,
    readAt: connection.clock.now(),
    unread: lists.unread,
  }
}

const alive = (pods: KubeObject[]): KubeObject[] =>
  pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .sort((a, b) => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? ''))
