import type { KubeObject } from '../kube/index.ts'
import { podTrouble } from '../rolloutState.ts'
import type { Workload } from './workload.ts'

/** Milliseconds a pod may be starting before it counts as one that will not become ready. */
const patience = 60_000

interface Condition {
  type: string
  status: string
  lastTransitionTime?: string
}

/**
 * The StatefulSet trap: a pod of an earlier revision that is not ready is waited for, and not replaced, so the rollout stands still
 * for ever. Not with podManagementPolicy Parallel, whose update does not wait.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export function stuckPods(
  workload: Workload,
  pods: KubeObject[],
  now: number,
): { pod: string; uid: string; reason: string }[] {
  const { kind, spec, status } = workload
  if (kind !== 'StatefulSet' || spec?.podManagementPolicy === 'Parallel') return []
  if (spec?.updateStrategy?.type === 'OnDelete' || status?.updateRevision === undefined) return []
  return pods
    .filter(({ metadata }) => metadata.labels?.['controller-revision-hash'] !== status.updateRevision)
    .flatMap((pod) => {
      const reason = podTrouble(pod) ?? lastingUnreadiness(pod, now)
      return reason === undefined ? [] : [{ pod: pod.metadata.name, uid: pod.metadata.uid ?? '', reason }]
    })
}

function lastingUnreadiness(pod: KubeObject, now: number): string | undefined {
  const conditions = (pod.status?.['conditions'] ?? []) as Condition[]
  const ready = conditions.find(({ type }) => type === 'Ready')
  if (ready?.status === 'True') return undefined
  const since = Date.parse(ready?.lastTransitionTime ?? pod.metadata.creationTimestamp ?? '')
  if (!(now - since > patience)) return undefined
  return `${pod.metadata.name} has not been ready since ${new Date(since).toISOString()}.`
}
