import type { KubeObject } from '../../kube/index.ts'
import { stuckPods as stuckPodsOf } from '../../objects/rolloutState.ts'
import type { Workload } from './workload.ts'

/**
 * The StatefulSet trap: a pod of an earlier revision that is not ready is waited for, and not replaced, so the rollout stands still
 * forever. Not with podManagementPolicy Parallel, whose update does not wait.
 * Source: https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback
 */
export const stuckPods = (
  workload: Workload,
  pods: KubeObject[],
  now: number,
): { pod: string; uid: string; reason: string }[] =>
  stuckPodsOf(workload as KubeObject, pods, now).map(({ pod, reason }) => ({
    pod: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    reason,
  }))
