import {
  listObjects,
  selects,
  type ClusterConnection,
  type KubeObject,
  type LabelSelector,
} from '../../../kube/index.ts'
import { idOf, podTemplateOf } from '../../../objects/objects.ts'

/** What in the namespace has a say in what a change does to pods. What may not be read is taken for absent. */
export interface ClusterFacts {
  budgets: KubeObject[]
  autoscalers: KubeObject[]
  quotas: KubeObject[]
  claims: KubeObject[]
}

export async function readFacts(
  connection: ClusterConnection,
  namespace: string,
  signal?: AbortSignal,
): Promise<ClusterFacts> {
  const read = (apiVersion: string, kind: string) =>
    listObjects(connection, { apiVersion, kind }, { namespace, ...(signal && { signal }) }).catch(() => [])
  const [budgets, autoscalers, quotas, claims] = await Promise.all([
    read('policy/v1', 'PodDisruptionBudget'),
    read('autoscaling/v2', 'HorizontalPodAutoscaler'),
    read('v1', 'ResourceQuota'),
    read('v1', 'PersistentVolumeClaim'),
  ])
  return { budgets, autoscalers, quotas, claims }
}

/** Ids of workloads whose number of replicas is an autoscaler's: one that is there, or comes with the release. */
export function autoscaledIds(autoscalers: readonly KubeObject[]): Set<string> {
  interface Target {
    apiVersion?: string
    kind?: string
    name?: string
  }
  return new Set(
    autoscalers.map(({ spec }) => {
      const { apiVersion = 'apps/v1', kind = '', name = '' } = (spec?.['scaleTargetRef'] ?? {}) as Target
      return idOf({ apiVersion, kind, metadata: { name } })
    }),
  )
}

/** The budget that covers a workload's pods. */
export function budgetOf(workload: KubeObject, budgets: readonly KubeObject[]): KubeObject | undefined {
  const labels = podTemplateOf(workload)?.metadata?.labels ?? {}
  return budgets.find(({ spec }) => selects((spec?.['selector'] ?? {}) as LabelSelector, labels))
}

export const isAutoscaler = ({ kind }: KubeObject) => kind === 'HorizontalPodAutoscaler'
