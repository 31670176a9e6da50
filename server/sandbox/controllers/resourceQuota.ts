import { usageOf } from '../api/admission/quota.ts'
import { resources } from '../store/resources.ts'
import type { Component, KubeObject, Store } from '../store/types.ts'
import type { Quantities } from './kinds.ts'
import { controlLoop, keyOf, ownKey, splitKey, watching, type ControllerContext } from './loop/controlLoop.ts'
import { formatResource } from './quantity.ts'

type ResourceQuota = KubeObject<{ hard?: Quantities }, { hard?: Quantities; used?: Quantities }>

/** Too many, changing too often, to be counted by anybody. */
const uncounted = new Set(['events', 'leases.coordination.k8s.io'])
const measured = resources.filter((row) => row.namespaced && !uncounted.has(row.name))

/** Keeps `status.used` of every ResourceQuota true; admission measures for itself. */
export function quotaController(context: ControllerContext): Component {
  const { store } = context
  const quotasAround = (object: KubeObject): string[] =>
    store.list('resourcequotas', { namespace: object.metadata.namespace ?? '' }).map(keyOf)
  return controlLoop(
    {
      name: 'resourcequota-controller',
      watches: [
        watching<ResourceQuota>('resourcequotas', ownKey),
        ...measured.filter((row) => row.name !== 'resourcequotas').map((row) => watching(row.name, quotasAround)),
      ],
      reconcile(key) {
        const { namespace, name } = splitKey(key)
        const write = (quota: ResourceQuota): void => {
          const hard = quota.spec?.hard ?? {}
          quota.status = { hard, used: usedOf(store, namespace, Object.keys(hard)) }
        }
        store.update<ResourceQuota>('resourcequotas', namespace, name, write, { subresource: 'status' })
        return undefined
      },
    },
    context,
  )
}

const isFinished = (object: KubeObject): boolean =>
  object.kind === 'Pod' && (object.status?.phase === 'Succeeded' || object.status?.phase === 'Failed')

function usedOf(store: Store, namespace: string, entries: string[]): Quantities {
  const total = new Map(entries.map((entry) => [entry, 0]))
  for (const row of measured) {
    for (const object of store.list(row.name, { namespace })) {
      if (isFinished(object)) continue
      for (const [entry, value] of Object.entries(usageOf(row, object))) {
        const known = total.get(entry)
        if (known !== undefined) total.set(entry, known + Math.round(value * 1000))
      }
    }
  }
  return Object.fromEntries([...total].map(([entry, value]) => [entry, formatResource(entry, value)]))
}
