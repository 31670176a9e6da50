import type { Fault } from '#shared/contract/base.ts'
import type { Sample } from '#shared/contract/metrics.ts'

/** Figures older than this are no longer drawn: the columns and charts show the last hour. */
export const keptMs = 3_600_000

export interface PodFigures {
  intervalMs: number
  unavailable: Fault | null
  byPod: ReadonlyMap<string, readonly Sample[]>
}

export const noFigures: PodFigures = { intervalMs: 15_000, unavailable: null, byPod: new Map() }

export interface MetricsBatch {
  intervalMs: number
  unavailable: Fault | null
  pods: Record<string, Sample[]>
}

/** Appends what is newer than what is held and forgets what is older than an hour before the newest sample. */
export function foldFigures(before: PodFigures, batch: MetricsBatch): PodFigures {
  const byPod = new Map(before.byPod)
  let newest = 0
  for (const samples of Object.values(batch.pods)) newest = Math.max(newest, samples.at(-1)?.at ?? 0)
  for (const [pod, samples] of Object.entries(batch.pods)) {
    const held = byPod.get(pod) ?? []
    const last = held.at(-1)?.at ?? -Infinity
    const joined = [...held, ...samples.filter((sample) => sample.at > last)]
    byPod.set(
      pod,
      joined.filter((sample) => sample.at > newest - keptMs),
    )
  }
  if (newest > 0) {
    for (const [pod, samples] of byPod) if ((samples.at(-1)?.at ?? 0) <= newest - keptMs) byPod.delete(pod)
  }
  return { intervalMs: batch.intervalMs, unavailable: batch.unavailable, byPod }
}

/**
 * The last hour as a few bars of equal time; null where no sample fell in, which is drawn as a gap.
 * @param now right edge, milliseconds since 1970
 */
export function miniBars(
  samples: readonly Sample[],
  figure: 'cpu' | 'memory',
  now: number,
  count = 12,
): (number | null)[] {
  const width = keptMs / count
  const sums = new Array<number>(count).fill(0)
  const seen = new Array<number>(count).fill(0)
  for (const sample of samples) {
    const index = Math.floor((sample.at - (now - keptMs)) / width)
    const slot = index === count ? count - 1 : index
    if (slot < 0 || slot >= count) continue
    sums[slot] = (sums[slot] ?? 0) + sample[figure]
    seen[slot] = (seen[slot] ?? 0) + 1
  }
  return sums.map((sum, index) => (seen[index] ? sum / seen[index] : null))
}

/** The latest figures, unless they are older than two and a half intervals: then the pod has none now. */
export function latestUse(samples: readonly Sample[] | undefined, now: number, intervalMs: number): Sample | undefined {
  const last = samples?.at(-1)
  return last && now - last.at <= intervalMs * 2.5 + 5_000 ? last : undefined
}
