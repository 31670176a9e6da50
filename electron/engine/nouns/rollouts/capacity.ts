import type { V1LimitRange, V1ResourceQuota } from '@kubernetes/client-node'
import type { KubeObject } from '../../kube/index.ts'
import { containerDefaults, podDemand, type Demand } from '../../objects/demand.ts'
import { demandFor, quotaLines } from '../../objects/quota.ts'
import { pods, type PodTemplate, type Workload } from './workload.ts'

/** What one pod of a template counts for in a quota. @param limits what containers get that state nothing */
export const demandOf = (workload: Workload, limits: V1LimitRange[]): Map<string, number> =>
  podDemand(workload as KubeObject, containerDefaults(limits as unknown as KubeObject[]))

/** Sentences for every quota that would refuse some of the added pods, with the figures. */
export function quotaWarnings(quotas: V1ResourceQuota[], added: number, perPod: Demand): string[] {
  if (added <= 0) return []
  return quotas.flatMap(({ metadata, status, spec }) =>
    quotaLines(status?.hard ?? spec?.hard, status?.used).flatMap(({ resource, hard, used }) => {
      const each = demandFor(perPod, resource)
      const left = hard - used
      if (each === 0 || each * added <= left) return []
      const fits = Math.max(0, Math.floor(left / each))
      return [
        `Quota ${metadata?.name ?? ''} has ${amount(resource, left)} of ${amount(resource, hard)} ${resource} left, and ${pods(added)} more ` +
          `need ${amount(resource, each * added)}: ${fits === 0 ? 'they' : `all but ${fits}`} would be refused.`,
      ]
    }),
  )
}

/** "0.25" cores, "512 MiB". */
export function amount(resource: string, value: number): string {
  if (!/memory|storage/.test(resource)) return String(Math.round(value * 1000) / 1000)
  return `${Math.round((value / 2 ** 20) * 10) / 10} MiB`
}

/** A quota on requests or limits refuses every pod whose containers state none and get none from a LimitRange. */
export function unstatedWarnings(
  quotas: V1ResourceQuota[],
  limits: V1LimitRange[],
  template: PodTemplate | undefined,
): string[] {
  // The client's class calls the field "default" by another name than the JSON does.
  const standards = limits.flatMap(({ spec }) => (spec?.limits ?? []).filter(({ type }) => type === 'Container')) as {
    default?: Record<string, string>
    defaultRequest?: Record<string, string>
  }[]
  return quotas.flatMap(({ metadata, spec }) =>
    Object.keys(spec?.hard ?? {}).flatMap((key) => {
      const [side, resource = ''] = key.split('.')
      if ((side !== 'requests' && side !== 'limits') || !['cpu', 'memory'].includes(resource)) return []
      const standard = side === 'requests' ? 'defaultRequest' : 'default'
      if (standards.some((each) => each[standard]?.[resource] !== undefined)) return []
      const silent = (template?.spec?.containers ?? []).filter(({ resources }) => {
        // A limit alone is taken for the request as well.
        const stated =
          resources?.[side]?.[resource] ?? (side === 'requests' ? resources?.limits?.[resource] : undefined)
        return stated === undefined
      })
      if (silent.length === 0) return []
      const names = silent.map(({ name }) => name).join(', ')
      return [`Quota ${metadata?.name ?? ''} requires ${key}, but ${names} sets none: its pods would be refused.`]
    }),
  )
}
