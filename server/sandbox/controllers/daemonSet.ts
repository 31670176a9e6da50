import type { Component } from '../store/types.ts'
import { claim, keysConcerned } from './adoption.ts'
import type { ControllerRevision, DaemonSet, Node, Pod } from './kinds.ts'
import { controlLoop, keyOf, ownKey, splitKey, watching, type ControllerContext } from './loop/controlLoop.ts'
import { byAge, isBeingDeleted } from './objects.ts'
import { isAvailable, isFinished, isReady, nextAvailability } from './pods.ts'
import { createPod, deletePod } from './creation.ts'
import { podFromTemplate } from './podTemplate.ts'
import { portion } from './quantity.ts'
import { hashOf, listRevisions, pruneRevisions, recordRevision } from './revisions.ts'
import { nodeRefusal } from './scheduler/fit.ts'

const component = 'daemonset-controller'
const resource = 'daemonsets.apps'
const revisionLabel = 'controller-revision-hash'

/** Keeps one pod of a template on every node that will have it. */
export function daemonSetController(context: ControllerContext): Component {
  const { store } = context
  return controlLoop(
    {
      name: component,
      watches: [
        watching<DaemonSet>(resource, ownKey),
        watching<Pod>('pods', keysConcerned(store, resource, 'DaemonSet')),
        watching<Node>('nodes', () => store.list(resource).map(keyOf)),
      ],
      reconcile: (key) => reconcile(context, key),
    },
    context,
  )
}

function reconcile(context: ControllerContext, key: string): number | undefined {
  const { namespace, name } = splitKey(key)
  const set = context.store.get<DaemonSet>(resource, namespace, name)
  if (set === undefined || isBeingDeleted(set)) return undefined
  const revision = recordRevision(context, set, listRevisions(context, set))
  const nodes = context.store
    .list<Node>('nodes')
    .filter((node) => nodeRefusal(set.spec.template.spec, node, 'daemon') === undefined)
  try {
    place(context, set, revision, nodes)
    replaceOld(context, set, revision, nodes.length)
  } finally {
    writeStatus(context, set, revision, nodes)
  }
  return nextAvailability(podsOf(context, set), set.spec.minReadySeconds, context.clock.now())
}

const podsOf = (context: ControllerContext, set: DaemonSet): Pod[] =>
  claim<Pod>(context.store, 'pods', set, set.spec.selector)

/** One living pod on every fitting node, none elsewhere; ended pods make room for a new one. */
function place(context: ControllerContext, set: DaemonSet, revision: ControllerRevision, nodes: Node[]): void {
  const taken = new Set<string>()
  const names = new Set(nodes.map((node) => node.metadata.name))
  for (const pod of podsOf(context, set).toSorted(byAge)) {
    const node = pod.spec.nodeName ?? ''
    const isSurplus = isFinished(pod) || !names.has(node) || taken.has(node)
    if (isSurplus && !isBeingDeleted(pod)) deletePod(context, set, pod, component)
    // A pod on its way out keeps its place until it is gone.
    else taken.add(node)
  }
  for (const name of names) {
    if (taken.has(name)) continue
    const pod = podFromTemplate(set.spec.template, set, { generateName: `${set.metadata.name}-` })
    pod.metadata.labels = { ...pod.metadata.labels, [revisionLabel]: hashOf(revision) }
    pod.spec = { ...pod.spec, nodeName: name }
    createPod(context, set, pod, component)
  }
}

const isCurrent = (pod: Pod, revision: ControllerRevision): boolean =>
  pod.metadata.labels?.[revisionLabel] === hashOf(revision)

/** Rolling update: takes old pods away, never more at once than may be unavailable. */
function replaceOld(context: ControllerContext, set: DaemonSet, revision: ControllerRevision, wanted: number): void {
  if (set.spec.updateStrategy?.type === 'OnDelete') return
  const now = context.clock.now()
  const pods = podsOf(context, set)
  const healthy = pods.filter((pod) => !isBeingDeleted(pod) && isAvailable(pod, set.spec.minReadySeconds, now))
  const allowed = Math.max(1, portion(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, wanted, 'up'))
  let spare = allowed - (wanted - healthy.length)
  for (const pod of pods) {
    if (isCurrent(pod, revision) || isBeingDeleted(pod)) continue
    const isHealthy = healthy.includes(pod)
    if (isHealthy && spare <= 0) continue
    if (isHealthy) spare -= 1
    deletePod(context, set, pod, component)
  }
}

function writeStatus(context: ControllerContext, set: DaemonSet, revision: ControllerRevision, nodes: Node[]): void {
  const now = context.clock.now()
  const names = new Set(nodes.map((node) => node.metadata.name))
  const pods = podsOf(context, set)
  const placed = pods.filter((pod) => names.has(pod.spec.nodeName ?? '') && !isBeingDeleted(pod))
  const available = placed.filter((pod) => isAvailable(pod, set.spec.minReadySeconds, now)).length
  const status = {
    observedGeneration: set.metadata.generation ?? 1,
    desiredNumberScheduled: names.size,
    currentNumberScheduled: placed.length,
    numberMisscheduled: pods.filter((pod) => !names.has(pod.spec.nodeName ?? '')).length,
    numberReady: placed.filter(isReady).length,
    updatedNumberScheduled: placed.filter((pod) => isCurrent(pod, revision)).length,
    numberAvailable: available,
    numberUnavailable: names.size - available,
  }
  const { namespace, name } = set.metadata
  const write = (changed: DaemonSet): void => void (changed.status = status)
  context.store.update<DaemonSet>(resource, namespace, name, write, { subresource: 'status' })
  const used = new Set(pods.map((pod) => pod.metadata.labels?.[revisionLabel]))
  pruneRevisions(context, set, (each) => each.metadata.name === revision.metadata.name || used.has(hashOf(each)))
}
