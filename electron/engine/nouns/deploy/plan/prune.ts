import type { PrunedResource } from '#shared/contract/plan.ts'
import { fieldManager, type ClusterConnection, type KubeObject } from '../../../kube/index.ts'
import { isAppliedBy } from '../../../objects/fields/owners.ts'
import { known } from '../../../objects/known.ts'
import { idOf, present } from '../../../objects/objects.ts'
import { currentOf, objectsOf, type ReleaseRecord } from '../releases/record.ts'

/** Never deleted by a deployment: what is in them cannot be had back, and suites in other namespaces share the ClusterRole. */
export const keptKinds: ReadonlySet<string> = new Set(['Namespace', 'Secret', 'PersistentVolumeClaim', 'ClusterRole'])

/**
 * Objects of the live release, and of runs after it that never finished, which the new release does not have, and which are still there
 * and ours. Jobs have run; they end by themselves.
 * @returns `unread`: ids of those of which it is not known whether they are still there
 */
export async function prunable(
  connection: ClusterConnection,
  records: readonly ReleaseRecord[],
  planned: readonly KubeObject[],
  signal?: AbortSignal,
): Promise<{ pruned: PrunedResource[]; unread: string[] }> {
  const current = currentOf(records)
  const recent = current ? records.slice(0, records.indexOf(current) + 1) : records
  const wanted = new Set(planned.map(idOf))
  const old = new Map(recent.flatMap(objectsOf).map((object) => [idOf(object), object]))
  const candidates = [...old.values()].filter((object) => object.kind !== 'Job' && !wanted.has(idOf(object)))
  const unread: string[] = []
  const pruned = await Promise.all(
    candidates.map(async (object) => {
      const found = await known(present(connection, object, signal))
      if (found.state !== 'known') unread.push(idOf(object))
      const live = found.state === 'known' ? found.value : undefined
      if (!live || live.metadata.deletionTimestamp !== undefined || !isAppliedBy(live, fieldManager)) return []
      return { id: idOf(object), kind: object.kind, name: object.metadata.name, detail: lossOf(object) }
    }),
  )
  return { pruned: pruned.flat(), unread }
}

/** What is lost with an object of a kind that goes, or why it stays. */
export function lossOf({ kind }: KubeObject): string {
  switch (kind) {
    case 'Namespace':
      return 'Kept: everything in it would be lost. Delete it by hand when nothing in it is needed.'
    case 'Secret':
      return 'Kept: its values exist nowhere else. Delete it by hand when nothing needs them.'
    case 'PersistentVolumeClaim':
      return 'Kept: its data would be lost. Delete it by hand after a backup.'
    case 'StatefulSet':
      return 'Its pods end; its volumes stay.'
    case 'Deployment':
    case 'DaemonSet':
      return 'Its pods end.'
    case 'CronJob':
      return 'It does not run again, and its Jobs are deleted with it.'
    case 'Service':
      return 'Its address no longer exists; clients that still use it cannot connect.'
    case 'Ingress':
      return 'Its hosts are not reachable from outside any more.'
    case 'NetworkPolicy':
      return 'Its rules are gone: what only they allowed is denied, what only they denied is allowed.'
    default:
      return 'Nothing of the new release uses it.'
  }
}
