import type { Scope } from '#shared/contract/base.ts'
import type { PodBatch } from '#shared/contract/pods.ts'
import { useFoldedStream } from '../../client/index.ts'

/** The services of the namespace that have pods, by name: what can be followed. */
export function useServices(scope: Scope | null): string[] {
  const { value } = useFoldedStream<PodBatch, ReadonlyMap<string, string>>(
    scope ? (client, signal) => client.pods.watch(scope, { signal }) : null,
    foldServices,
    [scope?.context, scope?.namespace],
  )
  return [...new Set(value?.values())].sort()
}

/** Service by pod uid. The same map comes back where a batch changes no service, so that nothing is painted for it. */
function foldServices(before: ReadonlyMap<string, string> | undefined, batch: PodBatch): ReadonlyMap<string, string> {
  const held = batch.reset || !before ? new Map<string, string>() : before
  const changed = batch.upserted.filter((row) => row.service && held.get(row.uid) !== row.service)
  const removed = batch.removed.filter((uid) => held.has(uid))
  if (changed.length === 0 && removed.length === 0) return held
  const next = new Map(held)
  for (const row of changed) next.set(row.uid, row.service)
  for (const uid of removed) next.delete(uid)
  return next
}
