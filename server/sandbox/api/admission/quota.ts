import type { V1Pod, V1PersistentVolumeClaim, V1ResourceQuota, V1Service } from '../schema/models.ts'
import type { ResourceRow } from '../../store/resources.ts'
import type { KubeObject, Store } from '../../store/types.ts'
import { forbidden } from '../errors.ts'
import { formatBytes, readQuantity } from '#shared/quantity.ts'

type Usage = Record<string, number>

function podUsage(pod: V1Pod): Usage {
  const usage: Usage = { pods: 1, 'count/pods': 1 }
  for (const container of pod.spec?.containers ?? []) {
    for (const half of ['requests', 'limits'] as const) {
      for (const [name, amount] of Object.entries(container.resources?.[half] ?? {})) {
        const value = readQuantity(amount) ?? 0
        usage[`${half}.${name}`] = (usage[`${half}.${name}`] ?? 0) + value
        if (half === 'requests') usage[name] = (usage[name] ?? 0) + value
      }
    }
  }
  return usage
}

/** What one object takes of a quota. */
export function usageOf(row: ResourceRow, object: KubeObject): Usage {
  switch (row.name) {
    case 'pods':
      return podUsage(object as unknown as V1Pod)
    case 'persistentvolumeclaims': {
      const storage = (object as unknown as V1PersistentVolumeClaim).spec?.resources?.requests?.storage
      return { persistentvolumeclaims: 1, 'count/persistentvolumeclaims': 1, 'requests.storage': readQuantity(storage ?? '0') ?? 0 } // prettier-ignore
    }
    case 'services': {
      const type = (object as unknown as V1Service).spec?.type
      return {
        services: 1,
        'count/services': 1,
        'services.nodeports': type === 'NodePort' || type === 'LoadBalancer' ? 1 : 0,
        'services.loadbalancers': type === 'LoadBalancer' ? 1 : 0,
      }
    }
    default:
      return { [row.plural]: 1, [`count/${row.name}`]: 1 }
  }
}

/** Finished pods give their share back. */
const counts = (object: KubeObject): boolean =>
  object.status?.phase !== 'Succeeded' && object.status?.phase !== 'Failed'

function usedNow(store: Store, row: ResourceRow, namespace: string): Usage {
  const total: Usage = {}
  for (const object of store.list(row.name, { namespace }).filter(counts)) {
    for (const [name, value] of Object.entries(usageOf(row, object))) total[name] = (total[name] ?? 0) + value
  }
  return total
}

/** Cores in thousandths, bytes in powers of 1024, counts as they are. */
function formatAmount(resource: string, value: number): string {
  if (resource.endsWith('cpu')) return Number.isInteger(value) ? String(value) : `${Math.round(value * 1000)}m`
  return /memory|storage/.test(resource) ? formatBytes(value) : String(value)
}

const listed = (entries: [string, number][]): string =>
  entries.map(([name, value]) => `${name}=${formatAmount(name, value)}`).join(',')

const computed = /^(requests\.|limits\.)?(cpu|memory|ephemeral-storage)$/

/**
 * ResourceQuota at creation: 403 when one object more would exceed a quota, or when a quota on compute is set and the pod does
 * not say what it needs. Quotas with scopes are not enforced.
 */
export function checkQuota(store: Store, row: ResourceRow, object: KubeObject): void {
  const namespace = object.metadata.namespace ?? ''
  const quotas = (store.list('resourcequotas', { namespace }) as unknown as V1ResourceQuota[]).filter(
    (quota) => (quota.spec?.scopes ?? []).length === 0 && quota.spec?.scopeSelector === undefined,
  )
  if (quotas.length === 0) return
  const asked = usageOf(row, object)
  const used = usedNow(store, row, namespace)
  for (const quota of quotas) {
    const hard = Object.entries(quota.spec?.hard ?? {})
    const name = quota.metadata?.name ?? ''
    const missing = hard
      .map(([resource]) => resource)
      .filter((each) => computed.test(each) && asked[each] === undefined)
    if (row.name === 'pods' && missing.length > 0) {
      throw forbidden(row, object.metadata.name, `failed quota: ${name}: must specify ${missing.join(',')}`)
    }
    const exceeded = hard
      .map(([resource, limit]): [string, number] => [resource, readQuantity(limit) ?? 0])
      .filter(
        ([resource, limit]) => (asked[resource] ?? 0) > 0 && (used[resource] ?? 0) + (asked[resource] ?? 0) > limit,
      )
    if (exceeded.length === 0) continue
    const pick = (usage: Usage) => exceeded.map(([resource]): [string, number] => [resource, usage[resource] ?? 0])
    throw forbidden(
      row,
      object.metadata.name,
      `exceeded quota: ${name}, requested: ${listed(pick(asked))}, used: ${listed(pick(used))}, limited: ${listed(exceeded)}`,
    )
  }
}
