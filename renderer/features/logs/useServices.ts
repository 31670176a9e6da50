import type { Scope } from '#shared/contract/base.ts'
import type { PodBatch } from '#shared/contract/pods.ts'
import { useFoldedStream } from '../../client/index.ts'

/** The services of the namespace that have pods, by name: what can be followed. Undefined until they are known. */
export function useServices(scope: Scope | null): string[] | undefined {
  const { value } = useFoldedStream<PodBatch, Services>(
    scope ? (client, signal) => client.pods.watch(scope, { signal }) : null,
    foldServices,
    [scope?.context, scope?.namespace],
  )
  return value && [...new Set(value.values())].sort()
}

type Services = ReadonlyMap<string, string> | undefined

/** Service by pod uid. The same map comes back where a batch changes no service, so that nothing is painted for it. */
function foldServices(before: Services, batch: PodBatch): Services {
  // Only a live list may be empty.
  if (batch.feed.state !== 'live' && batch.upserted.length === 0) return before
  const held = batch.reset || !before ? new Map<string, string>() : before
  const changed = batch.upserted.filter((row) => row.service && held.get(row.uid) !== row.service)
  const removed = batch.removed.filter((uid) => held.has(uid))
  if (changed.length === 0 && removed.length === 0) return held
  const next = new Map(held)
  for (const row of changed) next.set(row.uid, row.service)
  for (const uid of removed) next.delete(uid)
  return next
}
