import type { Node, NodeSelectorTerm, Pod, Toleration } from '../kinds.ts'
import { selects } from '../objects.ts'
import { milli } from '../quantity.ts'
import { podDemand } from '../podDemand.ts'

type Taint = { key: string; value?: string; effect: string }

const tolerates = (toleration: Toleration, taint: Taint): boolean =>
  (!toleration.effect || toleration.effect === taint.effect) &&
  (!toleration.key || toleration.key === taint.key) &&
  (toleration.operator === 'Exists' || (toleration.value ?? '') === (taint.value ?? ''))

function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const fields = { 'metadata.name': node.metadata.name }
  return (
    selects({ matchExpressions: term.matchExpressions ?? [] }, node.metadata.labels) &&
    selects({ matchExpressions: term.matchFields ?? [] }, fields)
  )
}

const matchesAffinity = (spec: Pod['spec'], node: Node): boolean => {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node))
}

/** Pods of a DaemonSet also go where nothing else is scheduled. */
const daemonTolerations: Toleration[] = [
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists' },
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists' },
]

/** Why a node will not have a pod, whatever room it has; in the scheduler's words. */
export function nodeRefusal(spec: Pod['spec'], node: Node, as: 'pod' | 'daemon' = 'pod'): string | undefined {
  const tolerations = [...(spec.tolerations ?? []), ...(as === 'daemon' ? daemonTolerations : [])]
  const cordon: Taint = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }
  if (node.spec?.unschedulable === true && !tolerations.some((each) => tolerates(each, cordon))) {
    return 'node(s) were unschedulable'
  }
  const untolerated = (node.spec?.taints ?? []).find(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((each) => tolerates(each, taint)),
  )
  if (untolerated !== undefined) return `node(s) had untolerated taint(s)`
  if (!selects({ matchLabels: spec.nodeSelector ?? {} }, node.metadata.labels) || !matchesAffinity(spec, node)) {
    return "node(s) didn't match Pod's node affinity/selector"
  }
  return undefined
}

/** The resources of which a node has too little left for a pod. `placed` are the unfinished pods already on it. */
export function shortages(spec: Pod['spec'], node: Node, placed: Pod[]): string[] {
  const allocatable = node.status?.allocatable ?? {}
  const short = ['cpu', 'memory'].filter((resource) => {
    const wanted = podDemand(spec, resource)
    if (wanted === 0 || allocatable[resource] === undefined) return false
    const taken = placed.reduce((sum, pod) => sum + podDemand(pod.spec, resource), 0)
    return taken + wanted > milli(allocatable[resource])
  })
  const isFull = allocatable.pods !== undefined && placed.length + 1 > milli(allocatable.pods) / 1000
  return [...(isFull ? ['Too many pods'] : []), ...short.map((resource) => `Insufficient ${resource}`)]
}
