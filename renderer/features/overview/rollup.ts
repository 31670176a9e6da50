import type { Sample } from '#shared/contract/metrics.ts'

export interface Rollup {
  times: number[]
  /** Null where no pod reported: a gap, never joined. */
  cpu: (number | null)[]
  memory: (number | null)[]
}

/**
 * The use of several pods added up on one time axis.
 * @param intervalMs how often the engine polls; a cluster that measures more rarely sets the step of the axis
 * @param from earliest time, milliseconds since 1970
 */
export function rollUp(series: readonly (readonly Sample[])[], intervalMs: number, from: number): Rollup {
  const step = Math.max(intervalMs, usualDistance(series))
  const slots = new Map<number, { cpu: number; memory: number }>()
  for (const samples of series) {
    // A pod that reported twice within a slot counts once: the newer figure holds.
    const own = new Map<number, Sample>()
    for (const sample of samples) if (sample.at >= from) own.set(Math.floor(sample.at / step), sample)
    for (const [slot, { cpu, memory }] of bridged(own)) {
      const before = slots.get(slot) ?? { cpu: 0, memory: 0 }
      slots.set(slot, { cpu: before.cpu + cpu, memory: before.memory + memory })
    }
  }
  return onAxis(slots, step)
}

/** Measurements drift against the clock: a single empty slot between two full ones is no silence. */
function bridged(own: ReadonlyMap<number, Sample>): Map<number, Sample> {
  const full = new Map(own)
  for (const [slot, sample] of own) if (!own.has(slot + 1) && own.has(slot + 2)) full.set(slot + 1, sample)
  return full
}

/** The median distance of measurements, milliseconds; 0 where there are too few. */
function usualDistance(series: readonly (readonly Sample[])[]): number {
  const distances = series
    .flatMap((samples) => samples.slice(1).map((sample, index) => sample.at - (samples[index]?.at ?? sample.at)))
    .filter((distance) => distance > 0)
    .sort((a, b) => a - b)
  return distances[Math.floor((distances.length - 1) / 2)] ?? 0
}

function onAxis(slots: ReadonlyMap<number, { cpu: number; memory: number }>, step: number): Rollup {
  const rollup: Rollup = { times: [], cpu: [], memory: [] }
  if (slots.size === 0) return rollup
  const last = Math.max(...slots.keys())
  for (let slot = Math.min(...slots.keys()); slot <= last; slot += 1) {
    rollup.times.push(slot * step)
    rollup.cpu.push(slots.get(slot)?.cpu ?? null)
    rollup.memory.push(slots.get(slot)?.memory ?? null)
  }
  return rollup
}
