import type { Component } from '../../store/types.ts'
import { claim, keysConcerned } from '../adoption.ts'
import { conditionOf } from '../conditions.ts'
import type { Deployment, Pod, ReplicaSet } from '../kinds.ts'
import { controlLoop, ownKey, splitKey, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { controllerOf, equalJson, isBeingDeleted, isControlledBy } from '../objects.ts'
import { isFinished } from '../pods.ts'
import { desiredAnnotation } from './annotations.ts'
import {
  component,
  createNewest,
  findNewest,
  markNewest,
  pruneHistory,
  scaleSet,
  writeProgress,
} from './replicaSets.ts'
import { deadlineSeconds, deploymentStatus, isComplete, stuckIn } from './status.ts'
import { isRolling, replicasOf, scaleDownSteps, scaleUpStep, scalingSteps } from './strategy.ts'

const resource = 'deployments.apps'

/** Rolls Deployments out through ReplicaSets (after kubernetes/pkg/controller/deployment). */
export function deploymentController(context: ControllerContext): Component {
  const { store } = context
  /** A Recreate waits until the last old pod is gone, and no ReplicaSet count tells it that. */
  const deploymentOfPod = (pod: Pod, gone: boolean): string[] => {
    const owner = gone || isFinished(pod) ? controllerOf(pod) : undefined
    if (owner?.kind !== 'ReplicaSet') return []
    const set = store.get<ReplicaSet>('replicasets.apps', pod.metadata.namespace, owner.name)
    return set === undefined ? [] : keysConcerned(store, resource, 'Deployment')(set, undefined)
  }
  return controlLoop(
    {
      name: component,
      watches: [
        watching<Deployment>(resource, ownKey),
        watching<ReplicaSet>('replicasets.apps', keysConcerned(store, resource, 'Deployment')),
        watching<Pod>('pods', (pod, _previous, gone) => deploymentOfPod(pod, gone)),
      ],
      reconcile: (key) => reconcile(context, key),
    },
    context,
  )
}

/** The Deployment as it is after earlier writes of the same turn. */
const fresh = (context: ControllerContext, deployment: Deployment): Deployment =>
  context.store.get<Deployment>(resource, deployment.metadata.namespace, deployment.metadata.name) ?? deployment

function reconcile(context: ControllerContext, key: string): number | undefined {
  const { namespace, name } = splitKey(key)
  const deployment = context.store.get<Deployment>(resource, namespace, name)
  if (deployment === undefined) return undefined
  const sets = claim<ReplicaSet>(context.store, 'replicasets.apps', deployment, deployment.spec.selector)
  if (isBeingDeleted(deployment)) return writeStatus(context, deployment, false)
  notePause(context, deployment)
  const newest = findNewest(deployment, sets)
  const old = sets.filter((set) => set !== newest)
  if (deployment.spec.paused === true || isScaled(deployment, sets)) return keepSize(context, deployment, newest, old)
  return isRolling(deployment) ? roll(context, deployment, newest, old) : recreate(context, deployment, newest, old)
}

/** Whether the wanted count changed since the ReplicaSets were last sized. */
const isScaled = (deployment: Deployment, sets: ReplicaSet[]): boolean =>
  sets.some((set) => {
    const desired = set.metadata.annotations?.[desiredAnnotation]
    return replicasOf(set) > 0 && desired !== undefined && Number(desired) !== replicasOf(deployment)
  })

function notePause(context: ControllerContext, deployment: Deployment): void {
  const progress = conditionOf(deployment.status?.conditions, 'Progressing')
  if (deadlineSeconds(deployment) === undefined || progress?.reason === 'ProgressDeadlineExceeded') return
  const isNoted = progress?.reason === 'DeploymentPaused'
  if (deployment.spec.paused === true && !isNoted) {
    writeProgress(context, deployment, 'Unknown', 'DeploymentPaused', 'Deployment is paused')
  } else if (deployment.spec.paused !== true && isNoted) {
    writeProgress(context, deployment, 'Unknown', 'DeploymentResumed', 'Deployment is resumed')
  }
}

/** Follows the wanted count without rolling anything out. */
function keepSize(
  context: ControllerContext,
  deployment: Deployment,
  newest: ReplicaSet | undefined,
  old: ReplicaSet[],
) {
  const marked = newest === undefined ? undefined : markNewest(context, deployment, newest, old)
  for (const step of scalingSteps(deployment, marked, old)) scaleSet(context, deployment, step)
  if (deployment.spec.paused === true) pruneHistory(context, deployment, old)
  return writeStatus(context, deployment, false)
}

function roll(context: ControllerContext, deployment: Deployment, newest: ReplicaSet | undefined, old: ReplicaSet[]) {
  const current =
    newest === undefined ? createNewest(context, deployment, old) : found(context, deployment, newest, old)
  if (current === undefined) return 0
  const up = scaleUpStep(deployment, current, [...old, current])
  const steps = up === undefined ? scaleDownSteps(deployment, current, old) : [up]
  for (const step of steps) scaleSet(context, deployment, step)
  if (steps.length === 0 && isComplete(deployment, deployment.status)) pruneHistory(context, deployment, old)
  return writeStatus(context, deployment, true)
}

function found(context: ControllerContext, deployment: Deployment, newest: ReplicaSet, old: ReplicaSet[]): ReplicaSet {
  const marked = markNewest(context, deployment, newest, old)
  if (conditionOf(deployment.status?.conditions, 'Progressing') === undefined) {
    writeProgress(context, deployment, 'True', 'FoundNewReplicaSet', `Found new replica set "${newest.metadata.name}"`)
  }
  return marked
}

function recreate(
  context: ControllerContext,
  deployment: Deployment,
  newest: ReplicaSet | undefined,
  old: ReplicaSet[],
) {
  const running = old.filter((set) => replicasOf(set) > 0)
  for (const set of running) scaleSet(context, deployment, { set, to: 0 })
  if (running.length > 0 || hasPods(context, old)) return writeStatus(context, deployment, true)
  const current =
    newest === undefined ? createNewest(context, deployment, old) : found(context, deployment, newest, old)
  if (current === undefined) return 0
  if (replicasOf(current) !== replicasOf(deployment)) {
    scaleSet(context, deployment, { set: current, to: replicasOf(deployment) })
  }
  if (isComplete(deployment, deployment.status)) pruneHistory(context, deployment, old)
  return writeStatus(context, deployment, true)
}

/** Pods on their way out still hold their ports and volumes. */
const hasPods = (context: ControllerContext, sets: ReplicaSet[]): boolean =>
  sets.some((set) =>
    context.store
      .list<Pod>('pods', { namespace: set.metadata.namespace ?? '' })
      .some((pod) => isControlledBy(pod, set) && !isFinished(pod)),
  )

function writeStatus(context: ControllerContext, before: Deployment, isJudged: boolean): number | undefined {
  const deployment = fresh(context, before)
  const sets = claim<ReplicaSet>(context.store, 'replicasets.apps', deployment, deployment.spec.selector)
  const now = context.clock.now()
  const status = deploymentStatus(deployment, sets, findNewest(deployment, sets), now, isJudged)
  const { namespace, name } = deployment.metadata
  if (!equalJson(status, deployment.status)) {
    const write = (changed: Deployment): void => void (changed.status = status)
    context.store.update<Deployment>(resource, namespace, name, write, { subresource: 'status' })
  }
  return isJudged ? stuckIn(deployment, status, now) : undefined
}
