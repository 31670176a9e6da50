import type { UnreadKind } from '#shared/contract/unknown.ts'
import { ConsoleError, type ErrorCode } from '#shared/errors.ts'
import { selects, type ClusterConnection, type KubeObject, type LabelSelector } from '../../../kube/index.ts'
import { Lists, whyUnread } from '../../../objects/known.ts'
import { idOf, podTemplateOf } from '../../../objects/objects.ts'

const autoscalerKind = 'HorizontalPodAutoscaler'

/** What in the namespace has a say in what a change does to pods. */
export interface ClusterFacts {
  budgets: KubeObject[]
  autoscalers: KubeObject[]
  quotas: KubeObject[]
  claims: KubeObject[]
  /** What could not be read: its lists are empty, and say nothing. */
  unread: UnreadKind[]
}

export async function readFacts(
  connection: ClusterConnection,
  namespace: string,
  signal?: AbortSignal,
): Promise<ClusterFacts> {
  const lists = new Lists(connection, { namespace, signal })
  const [budgets, autoscalers, quotas, claims] = await Promise.all([
    lists.all('policy/v1', 'PodDisruptionBudget'),
    lists.all('autoscaling/v2', autoscalerKind),
    lists.all('v1', 'ResourceQuota'),
    lists.all('v1', 'PersistentVolumeClaim'),
  ])
  return { budgets, autoscalers, quotas, claims, unread: lists.unread }
}

/**
 * Before anything is applied: without the autoscalers a number of replicas that is theirs would be taken for a conflict half way.
 * An account that may not list them had that conflict in its plan, and decided about it.
 * @throws ConsoleError what the cluster answered
 */
export function requireAutoscalers({ unread }: ClusterFacts): void {
  const lacking = unread.find(({ kind, state }) => kind === autoscalerKind && state === 'failed')
  if (!lacking) return
  const { code, details } = lacking.fault
  throw new ConsoleError(
    code as ErrorCode,
    `${whyUnread(lacking)} Until they are known, their replicas cannot be told from a change by hand: try again.`,
    details,
  )
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

export const isAutoscaler = ({ kind }: { kind: string }) => kind === autoscalerKind
