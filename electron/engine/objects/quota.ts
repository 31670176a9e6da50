import { readQuantity } from '#shared/quantity.ts'
import type { Demand } from './demand.ts'

type Amounts = Readonly<Record<string, string>>

/** One resource of a ResourceQuota: what it allows and what is in use, as text and in base units. */
export interface QuotaLine {
  resource: string
  limit: string
  hard: number
  usage: string
  used: number
}

/** Quotas say `cpu` for `requests.cpu` too, and count pods by two names. */
const aliases: Readonly<Record<string, string>> = {
  cpu: 'requests.cpu',
  memory: 'requests.memory',
  'ephemeral-storage': 'requests.ephemeral-storage',
  'count/pods': 'pods',
}

/** @param used of the quota's status; nothing in use where the controller has not counted yet */
export function quotaLines(hard: Amounts = {}, used: Amounts = {}): QuotaLine[] {
  return Object.entries(hard).map(([resource, limit]) => {
    const usage = used[resource] ?? '0'
    return { resource, limit, hard: readQuantity(limit) ?? 0, usage, used: readQuantity(usage) ?? 0 }
  })
}

/** More is in use than allowed: what runs stays, and whatever would replace it is refused. */
export const overdrawn = (lines: readonly QuotaLine[]): QuotaLine[] => lines.filter(({ used, hard }) => used > hard)

/** What of a demand counts for a resource as quotas name it. */
export const demandFor = (demand: Demand, resource: string): number => demand.get(aliases[resource] ?? resource) ?? 0
