import type { Component, KubeObject } from '../../store/types.ts'
import { withCondition, type Condition } from '../conditions.ts'
import type { Claim, Node, Pod } from '../kinds.ts'
import { controlLoop, keyOf, splitKey, watching, type ControllerContext } from '../loop/controlLoop.ts'
import { isBeingDeleted } from '../objects.ts'
import { isFinished } from '../pods.ts'
import { nodeRefusal, shortages } from './fit.ts'

const component = 'default-scheduler'

const isUnscheduled = (pod: Pod): boolean =>
  pod.spec.nodeName === undefined &&
  !isBeingDeleted(pod) &&
  !isFinished(pod) &&
  (pod.spec.schedulingGates ?? []).length === 0

/** Gives every pod a node with room for it, or says why none has. */
export function schedulerController(context: ControllerContext): Component {
  const { store } = context
  const waiting = (): string[] => store.list<Pod>('pods').filter(isUnscheduled).map(keyOf)
  /** A pod that goes or ends leaves room for those that wait. */
  const keysOfPod = (pod: Pod, _previous: Pod | undefined, gone: boolean): string[] => {
    if (gone || isFinished(pod)) return waiting()
    return isUnscheduled(pod) ? [keyOf(pod)] : []
  }
  const usersOf = (claim: KubeObject): string[] =>
    store
      .list<Pod>('pods', { namespace: claim.metadata.namespace ?? '' })
      .filter((pod) => isUnscheduled(pod) && claimNames(pod).includes(claim.metadata.name))
      .map(keyOf)
  return controlLoop(
    {
      name: component,
      watches: [
        watching<Pod>('pods', keysOfPod),
        watching<Node>('nodes', waiting),
        watching<Claim>('persistentvolumeclaims', usersOf),
      ],
      reconcile: (key) => schedule(context, key),
    },
    context,
  )
}

const claimNames = (pod: Pod): string[] =>
  (pod.spec.volumes ?? []).flatMap((volume) =>
    volume.persistentVolumeClaim === undefined ? [] : [volume.persistentVolumeClaim.claimName],
  )

function schedule(context: ControllerContext, key: string): undefined {
  const { namespace, name } = splitKey(key)
  const pod = context.store.get<Pod>('pods', namespace, name)
  if (pod === undefined || !isUnscheduled(pod)) return
  const problem = claimProblem(context, pod)
  const chosen = problem === undefined ? chooseNode(context, pod) : { problem }
  if ('problem' in chosen) {
    refuse(context, pod, chosen.problem)
    return
  }
  const node = chosen.node.metadata.name
  context.store.update<Pod>('pods', namespace, name, (changed) => void (changed.spec.nodeName = node))
  writeScheduled(context, pod, { type: 'PodScheduled', status: 'True' })
  context.recordEvent(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${node}`, component)
}

function claimProblem(context: ControllerContext, pod: Pod): string | undefined {
  for (const name of claimNames(pod)) {
    const claim = context.store.get<Claim>('persistentvolumeclaims', pod.metadata.namespace, name)
    if (claim === undefined) return `persistentvolumeclaim "${name}" not found`
    if (isBeingDeleted(claim)) return `persistentvolumeclaim "${name}" is being deleted`
    if (claim.status?.phase !== 'Bound') return 'pod has unbound immediate PersistentVolumeClaims'
  }
  return undefined
}

function chooseNode(context: ControllerContext, pod: Pod): { node: Node } | { problem: string } {
  const nodes = context.store.list<Node>('nodes')
  if (nodes.length === 0) return { problem: 'no nodes available to schedule pods' }
  const placed = context.store.list<Pod>('pods').filter((each) => each.spec.nodeName !== undefined && !isFinished(each))
  const reasons = new Map<string, number>()
  for (const node of nodes) {
    const refusal = nodeRefusal(pod.spec, node)
    const here = placed.filter((each) => each.spec.nodeName === node.metadata.name)
    const problems = refusal === undefined ? shortages(pod.spec, node, here) : [refusal]
    if (problems.length === 0) return { node }
    for (const problem of problems) reasons.set(problem, (reasons.get(problem) ?? 0) + 1)
  }
  const counted = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort()
  return { problem: `0/${nodes.length} nodes are available: ${counted.join(', ')}.` }
}

function refuse(context: ControllerContext, pod: Pod, problem: string): undefined {
  const known = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled')
  writeScheduled(context, pod, { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: problem })
  if (known?.message !== problem) context.recordEvent(pod, 'Warning', 'FailedScheduling', problem, component)
}

function writeScheduled(context: ControllerContext, pod: Pod, condition: Condition): void {
  const write = (changed: Pod): void => {
    const conditions = withCondition(
      changed.status?.conditions,
      { lastProbeTime: null, ...condition },
      context.clock.now(),
    )
    changed.status = { ...changed.status, phase: changed.status?.phase ?? 'Pending', conditions }
  }
  context.store.update<Pod>('pods', pod.metadata.namespace, pod.metadata.name, write, { subresource: 'status' })
}
