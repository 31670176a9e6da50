import type { Step } from '#shared/contract/tasks.ts'

export interface StepBar {
  /** Fractions of the whole, 0..1; null where no duration is known. */
  from: number
  width: number
}

interface Timed {
  plannedMs?: number | undefined
  startedAt?: number | undefined
  endedAt?: number | undefined
}

/**
 * Where each step lies on one axis of time: what has run with its real duration, what is to come with that of earlier runs.
 * A step nobody ever ran has no bar, because any length would be invented.
 */
export function stepBars(steps: readonly Timed[], now: number): (StepBar | null)[] {
  const durations = steps.map((step) => durationOf(step, now))
  const total = durations.reduce<number>((sum, duration) => sum + (duration ?? 0), 0)
  let from = 0
  return durations.map((duration) => {
    if (duration === null || total === 0) return null
    const bar = { from: from / total, width: duration / total }
    from += duration
    return bar
  })
}

function durationOf(step: Timed, now: number): number | null {
  if (step.startedAt === undefined) return step.plannedMs ?? null
  if (step.endedAt !== undefined) return step.endedAt - step.startedAt
  return Math.max(now - step.startedAt, step.plannedMs ?? 0)
}

/**
 * What is left, in milliseconds, from the durations of earlier runs; null when a remaining step has never run.
 */
export function remainingMs(steps: readonly Step[], now: number): number | null {
  let left = 0
  for (const step of steps) {
    if (step.state === 'done' || step.state === 'skipped' || step.state === 'failed' || step.state === 'undone')
      continue
    if (step.plannedMs === undefined) return null
    const gone = step.startedAt === undefined ? 0 : now - step.startedAt
    left += Math.max(0, step.plannedMs - gone)
  }
  return left
}

/** The part of all steps that has ended, 0..1, a running step counted by its own progress where it knows it. */
export function doneFraction(steps: readonly Step[]): number {
  if (steps.length === 0) return 0
  const done = steps.reduce((sum, step) => {
    if (step.state === 'done' || step.state === 'skipped' || step.state === 'undone') return sum + 1
    const { progress } = step
    return step.state === 'running' && progress?.total ? sum + Math.min(1, progress.done / progress.total) : sum
  }, 0)
  return done / steps.length
}
