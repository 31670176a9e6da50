import { listObjects, parseQuantity, type KubeObject } from '../../../kube/index.ts'
import { Lists, whyUnread } from '../../../objects/known.ts'
import { counted, podTemplateOf, replicasOf, isRolled } from '../../../objects/objects.ts'
import { containerDefaults, podDemand } from '../../../objects/demand.ts'
import type { Found, Preflight } from './types.ts'
import { cores, failed, gibibytes, passed, unknown, warning } from './results.ts'

interface Amount {
  cpu: number
  memory: number
}

/** What the nodes have left against what the release asks for, in all and for its largest pod. */
export async function capacityCheck({ connection, namespace, objects, signal }: Preflight): Promise<Found> {
  const nodes = (await listObjects(connection, { apiVersion: 'v1', kind: 'Node' }, { signal })).filter(isUsable)
  if (nodes.length === 0)
    return failed(
      'No node is ready and takes new pods.',
      'Look at the nodes: perhaps they are cordoned, tainted or not ready.',
    )
  const lists = new Lists(connection, { signal })
  const pods = (await lists.all('v1', 'Pod')).filter(
    ({ status }) => status?.['phase'] !== 'Succeeded' && status?.['phase'] !== 'Failed',
  )
  if (lists.unread.length > 0)
    return unknown(
      `Could not be checked: what ${counted(nodes.length, 'node')} have left depends on the pods of all namespaces. ${lists.unread.map(whyUnread).join(' ')}`,
      'Pods that find no node show while deploying.',
    )
  // What the suite uses there now is replaced by what is planned.
  const own = (pod: KubeObject) =>
    pod.metadata.namespace === namespace && pod.metadata.labels?.['app.kubernetes.io/part-of'] === 'agency-swarm'
  const free = nodes.map((node) =>
    freeOn(
      node,
      pods.filter((pod) => !own(pod)),
    ),
  )
  const defaults = containerDefaults(objects.filter(({ kind }) => kind === 'LimitRange'))
  const workloads = objects.filter((object) => isRolled(object) && podTemplateOf(object)?.spec)
  const wanted = workloads.map((workload) => ({
    name: workload.metadata.name,
    pods: replicasOf(workload),
    ...amountOf(podDemand(workload, defaults)),
  }))
  const all = total(wanted.map(({ cpu, memory, pods: count }) => ({ cpu: cpu * count, memory: memory * count })))
  const left = total(free)
  const asked = `The suite asks for ${cores(all.cpu)} and ${gibibytes(all.memory)}`
  const have = `${nodes.length === 1 ? 'one node has' : `${nodes.length} nodes have`} ${cores(left.cpu)} and ${gibibytes(left.memory)} free`
  const remedy = 'Add a node, free capacity, or ask for less in the values.'
  const unscheduled = wanted.find((pod) => !free.some((node) => pod.cpu <= node.cpu && pod.memory <= node.memory))
  if (unscheduled)
    return warning(
      `No node has room for a pod of ${unscheduled.name} (${cores(unscheduled.cpu)}, ${gibibytes(unscheduled.memory)}); ${have}. It would wait for a node.`,
      remedy,
    )
  if (all.cpu > left.cpu || all.memory > left.memory)
    return warning(`${asked}; ${have}. Some pods would wait for a node.`, remedy)
  return passed(`${asked}; ${have}.`)
}

function isUsable({ spec, status }: KubeObject): boolean {
  const { unschedulable = false, taints = [] } = (spec ?? {}) as {
    unschedulable?: boolean
    taints?: { effect?: string }[]
  }
  const conditions = (status?.['conditions'] ?? []) as { type: string; status: string }[]
  const isReady = conditions.some(({ type, status: value }) => type === 'Ready' && value === 'True')
  return isReady && !unschedulable && !taints.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute')
}

function freeOn({ metadata, status }: KubeObject, pods: readonly KubeObject[]): Amount {
  const { cpu = '0', memory = '0' } = (status?.['allocatable'] ?? {}) as { cpu?: string; memory?: string }
  const here = pods.filter(({ spec }) => spec?.['nodeName'] === metadata.name)
  const none = { requests: {}, limits: {} }
  const used = total(here.map((pod) => amountOf(podDemand({ ...pod, spec: { template: { spec: pod.spec } } }, none))))
  return { cpu: parseQuantity(cpu) - used.cpu, memory: parseQuantity(memory) - used.memory }
}

const amountOf = (demand: ReadonlyMap<string, number>): Amount => ({
  cpu: demand.get('requests.cpu') ?? 0,
  memory: demand.get('requests.memory') ?? 0,
})

const total = (amounts: readonly Amount[]): Amount => ({
  cpu: amounts.reduce((sum, { cpu }) => sum + cpu, 0),
  memory: amounts.reduce((sum, { memory }) => sum + memory, 0),
})
