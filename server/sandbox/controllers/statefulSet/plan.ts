import type { Pod, StatefulSet } from '../kinds.ts'
import { isAvailable, isFinished, isReady } from '../pods.ts'
import { isBeingDeleted } from '../objects.ts'
import { ordinalOf, revisionLabel } from './identity.ts'

/** What to do next. A step that has to be waited for is the last of its list. */
export type Step =
  | { do: 'create'; ordinal: number; revision: 'current' | 'update' }
  | { do: 'replace'; pod: Pod }
  | { do: 'delete'; pod: Pod }

export interface Situation {
  set: StatefulSet
  /** All pods of the set, those on their way out included. */
  pods: Pod[]
  /** Name of the revision of the present template. */
  updateRevision: string
  /** Name of the revision before the update that is under way; equal to `updateRevision` when none is. */
  currentRevision: string
  now: number
}

const first = (set: StatefulSet): number => set.spec.ordinals?.start ?? 0
const wantedReplicas = (set: StatefulSet): number => set.spec.replicas ?? 1
const isOrdered = (set: StatefulSet): boolean => set.spec.podManagementPolicy !== 'Parallel'
export const isOnDelete = (set: StatefulSet): boolean => set.spec.updateStrategy?.type === 'OnDelete'
const partition = (set: StatefulSet): number => set.spec.updateStrategy?.rollingUpdate?.partition ?? 0

export const isWanted = (set: StatefulSet, ordinal: number): boolean =>
  ordinal >= first(set) && ordinal < first(set) + wantedReplicas(set)

const isRunning = (pod: Pod): boolean => pod.status?.phase === 'Running' && isReady(pod)

export const revisionOf = (pod: Pod): string | undefined => pod.metadata.labels?.[revisionLabel]

/**
 * The next steps towards the wanted pods (kubernetes/pkg/controller/statefulset/stateful_set_control.go): create what is
 * missing from the lowest ordinal on, then remove what is too much, then replace old revisions from the highest ordinal on. With
 * OrderedReady each step waits for the one before it.
 */
export function nextSteps(situation: Situation): Step[] {
  const { set } = situation
  const filling = fill(situation)
  if (filling.mustWait) return filling.steps
  const shrinking = shrink(situation)
  if (shrinking.mustWait) return [...filling.steps, ...shrinking.steps]
  const updating = isOnDelete(set) ? [] : update(situation, filling.steps)
  return [...filling.steps, ...shrinking.steps, ...updating]
}

interface Partial {
  steps: Step[]
  /** Nothing else may happen before the cluster has caught up. */
  mustWait: boolean
}

function fill(situation: Situation): Partial {
  const { set, now } = situation
  const steps: Step[] = []
  const ordered = isOrdered(set)
  for (let ordinal = first(set); ordinal < first(set) + wantedReplicas(set); ordinal++) {
    const pod = situation.pods.find((each) => ordinalOf(set, each) === ordinal)
    if (pod === undefined) steps.push({ do: 'create', ordinal, revision: revisionFor(situation, ordinal) })
    else if (isFinished(pod) && !isBeingDeleted(pod)) steps.push({ do: 'replace', pod })
    const isSettled =
      pod !== undefined && !isBeingDeleted(pod) && isRunning(pod) && isAvailable(pod, set.spec.minReadySeconds, now)
    if (ordered && !isSettled) return { steps, mustWait: true }
  }
  return { steps, mustWait: false }
}

/** During an update, ordinals that it has not reached yet come back in the old revision. */
function revisionFor({ set, pods, currentRevision }: Situation, ordinal: number): 'current' | 'update' {
  const stays = set.spec.updateStrategy?.rollingUpdate?.partition
  const notReached = stays ?? pods.filter((pod) => revisionOf(pod) === currentRevision).length
  return !isOnDelete(set) && ordinal < first(set) + notReached ? 'current' : 'update'
}

function shrink({ set, pods }: Situation): Partial {
  const condemned = pods
    .filter((pod) => !isWanted(set, ordinalOf(set, pod)))
    .sort((left, right) => ordinalOf(set, right) - ordinalOf(set, left))
  const alive = condemned.filter((pod) => !isBeingDeleted(pod))
  if (!isOrdered(set)) return { steps: alive.map((pod) => ({ do: 'delete', pod })), mustWait: false }
  const [last] = condemned
  if (last === undefined) return { steps: [], mustWait: false }
  return { steps: isBeingDeleted(last) ? [] : [{ do: 'delete', pod: last }], mustWait: true }
}

function update({ set, pods, updateRevision, now }: Situation, filling: Step[]): Step[] {
  if (filling.length > 0) return []
  const replicas = pods
    .filter((pod) => isWanted(set, ordinalOf(set, pod)) && ordinalOf(set, pod) >= first(set) + partition(set))
    .sort((left, right) => ordinalOf(set, right) - ordinalOf(set, left))
  for (const pod of replicas) {
    const isOld = revisionOf(pod) !== updateRevision
    if (isOld && !isBeingDeleted(pod)) return [{ do: 'delete', pod }]
    if (!isRunning(pod) || isBeingDeleted(pod) || !isAvailable(pod, set.spec.minReadySeconds, now)) return []
  }
  return []
}
