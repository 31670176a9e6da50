import type { Sample } from '#shared/contract/workloads.ts'

export interface Rollup {
  times: number[]
  /** Null where no pod reported: a gap, never joined. */
  cpu: (number | null)[]
  memory: (number | null)[]
}

/**
 * The use of several pods added up on one time axis.
 * @param intervalMs how often the engine polls; samples within one interval count as the same moment
 * @param from earliest time, milliseconds since 1970
 */
export function rollUp(series: readonly (readonly Sample[])[], intervalMs: number, from: number): Rollup {
  const slots = new Map<number, { cpu: number; memory: number }>()
  for (const samples of series) {
    // A pod that reported twice within a slot counts once: the newer figure holds.
    const own = new Map<number, Sample>()
    for (const sample of samples) if (sample.at >= from) own.set(Math.floor(sample.at / intervalMs), sample)
    for (const [slot, { cpu, memory }] of own) {
      const before = slots.get(slot) ?? { cpu: 0, memory: 0 }
      slots.set(slot, { cpu: before.cpu + cpu, memory: before.memory + memory })
    }
  }
  const known = [...slots.keys()]
  const rollup: Rollup = { times: [], cpu: [], memory: [] }
  if (known.length === 0) return rollup
  for (let slot = Math.min(...known); slot <= Math.max(...known); slot += 1) {
    const sum = slots.get(slot) ?? (slots.has(slot - 1) && slots.has(slot + 1) ? slots.get(slot - 1) : undefined)
    rollup.times.push(slot * intervalMs)
    rollup.cpu.push(sum?.cpu ?? null)
    rollup.memory.push(sum?.memory ?? null)
  }
  return rollup
}
