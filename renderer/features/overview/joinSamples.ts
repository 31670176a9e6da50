import type { Fault } from '#shared/contract/base.ts'
import type { Sample } from '#shared/contract/metrics.ts'

interface MetricsBatch {
  intervalMs: number
  unavailable: Fault | null
  pods: Record<string, Sample[]>
}

/** How much the page keeps: an hour, the most the charts show. */
const kept = 3_600_000

/** The first batch carries the history, later ones only what is new: joined by pod, without doubles, oldest first. */
export function joinSamples(before: MetricsBatch | undefined, batch: MetricsBatch): MetricsBatch {
  if (!before) return batch
  const names = new Set([...Object.keys(before.pods), ...Object.keys(batch.pods)])
  const newest = Math.max(0, ...Object.values(batch.pods).map((samples) => samples.at(-1)?.at ?? 0))
  const pods: Record<string, Sample[]> = {}
  for (const name of names) {
    const known = before.pods[name] ?? []
    const last = known.at(-1)?.at ?? 0
    const fresh = (batch.pods[name] ?? []).filter((sample) => sample.at > last)
    const joined = [...known, ...fresh].filter((sample) => sample.at > newest - kept)
    if (joined.length > 0) pods[name] = joined
  }
  return { ...batch, pods }
}
