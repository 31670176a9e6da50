import { conditionOf, isTrue, withCondition, withoutCondition, type Condition } from '../conditions.ts'
import type { Deployment, DeploymentStatus, ReplicaSet } from '../kinds.ts'
import { parseTime, timestamp } from '../loop/clock.ts'
import { bounds, replicasOf, total } from './strategy.ts'

const defaultDeadlineSeconds = 600

/** Seconds a rollout may stand still; undefined for no limit. */
export function deadlineSeconds(deployment: Deployment): number | undefined {
  const seconds = deployment.spec.progressDeadlineSeconds ?? defaultDeadlineSeconds
  return seconds === 2 ** 31 - 1 ? undefined : seconds
}

/** Sets a condition and the time it was looked at; an unchanged status and reason stay as they are. */
export function setCondition(
  conditions: Condition[] | undefined,
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
  now: number,
): Condition[] {
  const known = conditionOf(conditions, type)
  if (known?.status === status && known.reason === reason) return conditions ?? []
  return withCondition(conditions, { type, status, reason, message, lastUpdateTime: timestamp(now) }, now)
}

const sum = (sets: ReplicaSet[], field: 'replicas' | 'readyReplicas' | 'availableReplicas'): number =>
  sets.reduce((result, set) => result + (set.status?.[field] ?? 0), 0)

/** The counts and the Available condition, from what the ReplicaSets report. */
function countedStatus(
  deployment: Deployment,
  sets: ReplicaSet[],
  newest: ReplicaSet | undefined,
  now: number,
): DeploymentStatus {
  const available = sum(sets, 'availableReplicas')
  const isEnough = available >= replicasOf(deployment) - bounds(deployment).unavailable
  return {
    ...deployment.status,
    observedGeneration: deployment.metadata.generation ?? 1,
    replicas: sum(sets, 'replicas'),
    updatedReplicas: newest === undefined ? 0 : sum([newest], 'replicas'),
    readyReplicas: sum(sets, 'readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, total(sets) - available),
    conditions: isEnough
      ? setCondition(
          deployment.status?.conditions,
          'Available',
          'True',
          'MinimumReplicasAvailable',
          'Deployment has minimum availability.',
          now,
        )
      : setCondition(
          deployment.status?.conditions,
          'Available',
          'False',
          'MinimumReplicasUnavailable',
          'Deployment does not have minimum availability.',
          now,
        ),
  }
}

export function isComplete(deployment: Deployment, status: DeploymentStatus | undefined): boolean {
  const wanted = replicasOf(deployment)
  return (
    status?.updatedReplicas === wanted &&
    status.replicas === wanted &&
    status.availableReplicas === wanted &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 1)
  )
}

function isProgressing(before: DeploymentStatus | undefined, after: DeploymentStatus): boolean {
  const old = (status: DeploymentStatus | undefined): number => (status?.replicas ?? 0) - (status?.updatedReplicas ?? 0)
  return (
    (after.updatedReplicas ?? 0) > (before?.updatedReplicas ?? 0) ||
    old(after) < old(before) ||
    (after.readyReplicas ?? 0) > (before?.readyReplicas ?? 0) ||
    (after.availableReplicas ?? 0) > (before?.availableReplicas ?? 0)
  )
}

/** Milliseconds until a rollout that stands still has to be called stuck; undefined when there is none to judge. */
export function stuckIn(deployment: Deployment, status: DeploymentStatus, now: number): number | undefined {
  const deadline = deadlineSeconds(deployment)
  const progress = conditionOf(status.conditions, 'Progressing')
  if (deadline === undefined || progress === undefined || isComplete(deployment, status)) return undefined
  if (['NewReplicaSetAvailable', 'ProgressDeadlineExceeded'].includes(progress.reason ?? '')) return undefined
  return Math.max(0, parseTime(progress.lastUpdateTime) + deadline * 1000 - now)
}

function progressCondition(
  deployment: Deployment,
  status: DeploymentStatus,
  newest: ReplicaSet | undefined,
  now: number,
): Condition[] {
  const conditions = status.conditions ?? []
  const progress = conditionOf(conditions, 'Progressing')
  const subject =
    newest === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newest.metadata.name}"`
  const isDone = status.replicas === status.updatedReplicas && progress?.reason === 'NewReplicaSetAvailable'
  if (isDone) return conditions
  if (isComplete(deployment, status)) {
    return setCondition(
      conditions,
      'Progressing',
      'True',
      'NewReplicaSetAvailable',
      `${subject} has successfully progressed.`,
      now,
    )
  }
  if (isProgressing(deployment.status, status)) {
    // Renewed on every step forward, because the deadline runs from the last one.
    const renewed: Condition = {
      type: 'Progressing',
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: `${subject} is progressing.`,
      lastUpdateTime: timestamp(now),
    }
    return withCondition(conditions, renewed, now)
  }
  if (stuckIn(deployment, status, now) === 0) {
    return setCondition(
      conditions,
      'Progressing',
      'False',
      'ProgressDeadlineExceeded',
      `${subject} has timed out progressing.`,
      now,
    )
  }
  return conditions
}

/** The status of a Deployment as kubectl rollout status reads it. `isJudged` is false while only scaling or paused. */
export function deploymentStatus(
  deployment: Deployment,
  sets: ReplicaSet[],
  newest: ReplicaSet | undefined,
  now: number,
  isJudged: boolean,
): DeploymentStatus {
  const status = countedStatus(deployment, sets, newest, now)
  if (deadlineSeconds(deployment) === undefined) status.conditions = withoutCondition(status.conditions, 'Progressing')
  else if (isJudged) status.conditions = progressCondition(deployment, status, newest, now)
  const failure = [newest, ...sets].find((set) => isTrue(set?.status?.conditions, 'ReplicaFailure'))
  const cause = conditionOf(failure?.status?.conditions, 'ReplicaFailure')
  status.conditions =
    cause === undefined
      ? withoutCondition(status.conditions, 'ReplicaFailure')
      : setCondition(status.conditions, 'ReplicaFailure', 'True', cause.reason ?? '', cause.message ?? '', now)
  return status
}
