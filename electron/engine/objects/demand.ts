import { parseQuantity, type KubeObject } from '../kube/index.ts'
import { isRolled, podTemplateOf, replicasOf, type Container } from './objects.ts'
import { paceOf, strategyOf } from './rollingUpdate.ts'

/** Amounts under the names quotas use: `requests.cpu` in cores, `limits.memory` in bytes, `pods`. */
export type Demand = ReadonlyMap<string, number>

/** A container that states nothing gets what the LimitRange says. */
export interface ContainerDefaults {
  requests: Readonly<Record<string, string>>
  limits: Readonly<Record<string, string>>
}

export function containerDefaults(limitRanges: readonly KubeObject[]): ContainerDefaults {
  interface Limit {
    type?: string
    default?: Record<string, string>
    defaultRequest?: Record<string, string>
  }
  const limits = limitRanges.flatMap(({ spec }) => (spec?.['limits'] ?? []) as Limit[])
  const own = limits.find(({ type }) => type === 'Container')
  return { requests: own?.defaultRequest ?? own?.default ?? {}, limits: own?.default ?? {} }
}

/**
 * What one pod of the workload asks for: its containers together, or an init container that asks for more
 * (kubernetes.io/docs/concepts/workloads/pods/init-containers, "Resource sharing within containers").
 */
export function podDemand(workload: KubeObject, defaults: ContainerDefaults): Map<string, number> {
  const spec = podTemplateOf(workload)?.spec
  const total = sum((spec?.containers ?? []).map((container) => containerDemand(container, defaults)))
  for (const container of spec?.initContainers ?? []) {
    for (const [name, amount] of containerDemand(container, defaults))
      total.set(name, Math.max(total.get(name) ?? 0, amount))
  }
  return total.set('pods', 1)
}

function containerDemand({ resources }: Container, defaults: ContainerDefaults): Map<string, number> {
  const demand = new Map<string, number>()
  for (const side of ['requests', 'limits'] as const) {
    for (const [name, quantity] of Object.entries({ ...defaults[side], ...resources?.[side] }))
      demand.set(`${side}.${name}`, parseQuantity(quantity))
    // A limit without a request is the request too.
    if (side === 'limits') continue
    for (const [name, quantity] of Object.entries(resources?.limits ?? {})) {
      const isStated = resources?.requests?.[name] !== undefined
      if (!isStated) demand.set(`requests.${name}`, parseQuantity(quantity))
    }
  }
  return demand
}

/** Pods at the busiest moment of a rolling update. */
export function peakPods(workload: KubeObject): number {
  if (!isRolled(workload)) return 1
  const replicas = replicasOf(workload)
  if (workload.kind !== 'Deployment' || strategyOf(workload).type === 'Recreate') return replicas
  return replicas + paceOf(workload, replicas).surge
}

/** All of a release at its busiest: every rolling update with its surge, and every Job and CronJob running once. */
export function releaseDemand(objects: readonly KubeObject[], defaults: ContainerDefaults): Map<string, number> {
  const workloads = objects.filter((object) => podTemplateOf(object)?.spec !== undefined)
  const total = sum(workloads.map((workload) => times(podDemand(workload, defaults), peakPods(workload))))
  let claims = 0
  let storage = 0
  for (const object of objects) {
    const count = object.kind === 'StatefulSet' ? replicasOf(object) : 1
    for (const size of claimSizes(object)) {
      claims += count
      storage += count * parseQuantity(size)
    }
  }
  return total.set('persistentvolumeclaims', claims).set('requests.storage', storage)
}

function claimSizes(object: KubeObject): string[] {
  interface Claim {
    spec?: { resources?: { requests?: { storage?: string } } }
  }
  const claims =
    object.kind === 'PersistentVolumeClaim'
      ? [object as Claim]
      : ((object.spec?.['volumeClaimTemplates'] ?? []) as Claim[])
  return claims.map(({ spec }) => spec?.resources?.requests?.storage ?? '0')
}

const times = (demand: Demand, count: number) => new Map([...demand].map(([name, amount]) => [name, amount * count]))

function sum(demands: readonly Demand[]): Map<string, number> {
  const total = new Map<string, number>()
  for (const demand of demands) for (const [name, amount] of demand) total.set(name, (total.get(name) ?? 0) + amount)
  return total
}
