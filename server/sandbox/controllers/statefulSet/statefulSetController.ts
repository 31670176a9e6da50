import type { Component } from '../../store/types.ts'
import { claim, keysConcerned } from '../adoption.ts'
import type { ControllerRevision, Pod, StatefulSet } from '../kinds.ts'
import { controlLoop, ownKey, splitKey, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { isBeingDeleted, keysOfController } from '../objects.ts'
import { isAvailable, isReady, nextAvailability } from '../pods.ts'
import { createIn, messageOf } from '../creation.ts'
import { listRevisions, pruneRevisions, recordRevision } from '../revisions.ts'
import { removeSurplusClaims, ensureClaims } from './claims.ts'
import { ordinalOf, podName, podOf } from './identity.ts'
import { isOnDelete, nextSteps, revisionOf, type Step } from './plan.ts'

const component = 'statefulset-controller'
const resource = 'statefulsets.apps'

/** Keeps numbered pods with their own claims, in order. */
export function statefulSetController(context: ControllerContext): Component {
  return controlLoop(
    {
      name: component,
      watches: [
        watching<StatefulSet>(resource, ownKey),
        watching<Pod>('pods', keysConcerned(context.store, resource, 'StatefulSet')),
        watching<ControllerRevision>('controllerrevisions.apps', (revision) =>
          keysOfController(revision, 'StatefulSet'),
        ),
      ],
      reconcile: (key) => reconcile(context, key),
    },
    context,
  )
}

interface Revisions {
  current: ControllerRevision
  update: ControllerRevision
}

function reconcile(context: ControllerContext, key: string): number | undefined {
  const { namespace, name } = splitKey(key)
  const set = context.store.get<StatefulSet>(resource, namespace, name)
  if (set === undefined) return undefined
  const revisions = isBeingDeleted(set) ? undefined : findRevisions(context, set)
  if (revisions === undefined) return undefined
  const now = context.clock.now()
  const steps = nextSteps({
    set,
    pods: podsOf(context, set),
    updateRevision: revisions.update.metadata.name,
    currentRevision: revisions.current.metadata.name,
    now,
  })
  try {
    for (const step of steps) take(context, set, step, revisions)
    removeSurplusClaims(context, set, podsOf(context, set))
  } finally {
    writeStatus(context, set, revisions)
  }
  return nextAvailability(podsOf(context, set), set.spec.minReadySeconds, now)
}

const podsOf = (context: ControllerContext, set: StatefulSet): Pod[] =>
  claim<Pod>(context.store, 'pods', set, set.spec.selector).filter((pod) => ordinalOf(set, pod) >= 0)

function findRevisions(context: ControllerContext, set: StatefulSet): Revisions {
  const update = recordRevision(context, set, listRevisions(context, set))
  const known = listRevisions(context, set)
  const current = known.find((revision) => revision.metadata.name === set.status?.currentRevision) ?? update
  return { current, update }
}

function take(context: ControllerContext, set: StatefulSet, step: Step, revisions: Revisions): void {
  if (step.do === 'create') {
    createOrdinal(context, set, step.ordinal, revisions[step.revision])
    return
  }
  const { namespace, name, uid } = step.pod.metadata
  if (step.do === 'replace') {
    const what = `StatefulSet ${set.metadata.namespace ?? ''}/${set.metadata.name} is recreating failed Pod ${name}`
    context.recordEvent(set, 'Warning', 'RecreatingFailedPod', what, component)
  }
  context.store.delete('pods', namespace, name, { preconditions: { uid } })
  const done = `delete Pod ${name} in StatefulSet ${set.metadata.name} successful`
  context.recordEvent(set, 'Normal', 'SuccessfulDelete', done, component)
}

function createOrdinal(
  context: ControllerContext,
  set: StatefulSet,
  ordinal: number,
  revision: ControllerRevision,
): void {
  const what = `create Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name}`
  try {
    ensureClaims(context, set, ordinal)
    createIn<Pod>(context, 'pods', podOf(set, ordinal, revision))
    context.recordEvent(set, 'Normal', 'SuccessfulCreate', `${what} successful`, component)
  } catch (error) {
    context.recordEvent(set, 'Warning', 'FailedCreate', `${what} failed error: ${messageOf(error)}`, component)
    throw error
  }
}

function writeStatus(context: ControllerContext, set: StatefulSet, { current, update }: Revisions): void {
  const pods = podsOf(context, set)
  const now = context.clock.now()
  const ofRevision = (revision: ControllerRevision): number =>
    pods.filter((pod) => revisionOf(pod) === revision.metadata.name && !isBeingDeleted(pod)).length
  const ready = pods.filter((pod) => isReady(pod) && !isBeingDeleted(pod)).length
  const updated = ofRevision(update)
  // The update is over once every pod is of the new revision and ready: then new is what "current" means.
  const isOver = !isOnDelete(set) && updated === pods.length && ready === pods.length
  const settled = isOver ? update : current
  context.store.update<StatefulSet>(
    resource,
    set.metadata.namespace,
    set.metadata.name,
    (changed) => {
      changed.status = {
        ...changed.status,
        observedGeneration: set.metadata.generation ?? 1,
        replicas: pods.length,
        readyReplicas: ready,
        availableReplicas: pods.filter((pod) => !isBeingDeleted(pod) && isAvailable(pod, set.spec.minReadySeconds, now))
          .length,
        currentReplicas: ofRevision(settled),
        updatedReplicas: updated,
        currentRevision: settled.metadata.name,
        updateRevision: update.metadata.name,
        collisionCount: 0,
      }
    },
    { subresource: 'status' },
  )
  const used = new Set([settled.metadata.name, update.metadata.name, ...pods.map(revisionOf)])
  pruneRevisions(context, set, (revision) => used.has(revision.metadata.name))
}
