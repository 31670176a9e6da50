import type { V1LimitRange, V1ResourceQuota } from '@kubernetes/client-node'
import { readQuantity } from '#shared/quantity.ts'
import { pods, type PodTemplate } from './workload.ts'

type Amounts = Record<string, number>

/** What one pod of a template counts for in a quota, in base units; source: k8s.io/apiserver quota evaluator of pods. */
export function demandOf(template: PodTemplate | undefined): Amounts {
  const demand: Amounts = { pods: 1, 'count/pods': 1 }
  for (const { resources } of template?.spec?.containers ?? []) {
    for (const side of ['requests', 'limits'] as const) {
      for (const [resource, text] of Object.entries(resources?.[side] ?? {})) {
        const amount = readQuantity(text) ?? 0
        for (const key of side === 'requests' ? [`requests.${resource}`, resource] : [`limits.${resource}`])
          demand[key] = (demand[key] ?? 0) + amount
      }
    }
  }
  return demand
}

/** Sentences for every quota that would refuse some of the added pods, with the figures. */
export function quotaWarnings(quotas: V1ResourceQuota[], added: number, perPod: Amounts): string[] {
  if (added <= 0) return []
  return quotas.flatMap(({ metadata, status, spec }) =>
    Object.entries(status?.hard ?? spec?.hard ?? {}).flatMap(([resource, limit]) => {
      const each = perPod[resource] ?? 0
      const hard = readQuantity(limit) ?? 0
      const left = hard - (readQuantity(status?.used?.[resource]) ?? 0)
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
      return [
        `Quota ${metadata?.name ?? ''} wants ${key} to be stated, and ${names} states none: its pods would be refused.`,
      ]
    }),
  )
}
