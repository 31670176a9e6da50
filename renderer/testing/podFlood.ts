import type { PodBatch, PodRow } from '#shared/contract/pods.ts'
import type { Sample } from '#shared/contract/metrics.ts'
import { samplePods } from './sampleData.ts'

/** Pods as of a very large cluster. */
export interface PodFlood {
  pods: number
  updatesPerSecond: number
}

/** Batches come as the engine sends them: what changed within this time. */
const batchMs = 50

/** All pods, then changes of single ones without end. */
export async function* floodOfPods(flood: PodFlood, signal?: AbortSignal): AsyncGenerator<PodBatch> {
  const live = { state: 'live' } as const
  const rows = floodRows(flood.pods)
  yield { feed: live, reset: true, upserted: rows, removed: [] }
  for (let turn = 0; !signal?.aborted; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, batchMs))
    const upserted = Array.from({ length: Math.round((flood.updatesPerSecond * batchMs) / 1_000) }, (_, index) => {
      const at = ((turn * 7_919 + index * 104_729) >>> 0) % rows.length
      const row = rows[at] ?? samplePod()
      return (rows[at] = { ...row, restarts: row.restarts + 1 })
    })
    yield { feed: live, reset: false, upserted, removed: [] }
  }
}

/** An hour of figures, one in five minutes, for every pod. */
export function floodFigures(flood: PodFlood): Record<string, Sample[]> {
  const now = Date.now()
  return Object.fromEntries(
    floodRows(flood.pods).map((row, index) => [
      row.name,
      Array.from({ length: 12 }, (_, step) => ({
        at: now - (11 - step) * 300_000,
        cpu: 0.1 + ((index + step) % 7) / 20,
        memory: (100 + ((index * 3 + step) % 90)) * 1024 ** 2,
      })),
    ]),
  )
}

function floodRows(count: number): PodRow[] {
  return Array.from({ length: count }, (_, index) => ({
    ...samplePod(),
    uid: `flood-${index}`,
    name: `worker-7f578d78c9-${String(index).padStart(5, '0')}`,
  }))
}

function samplePod(): PodRow {
  const [row] = samplePods()
  if (!row) throw new Error('The sample has no pods.')
  return row
}
