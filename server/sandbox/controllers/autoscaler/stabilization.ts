import type { AutoscalerSpec, ScalingRules } from './kinds.ts'

interface Rules {
  window: number
  select: string
  policies: { type: string; value: number; periodSeconds: number }[]
}

/** What autoscaling/v2 does where `behavior` is silent: up at once and fast, down only after five quiet minutes. */
const defaults: Record<'scaleUp' | 'scaleDown', Rules> = {
  scaleUp: {
    window: 0,
    select: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  },
  scaleDown: { window: 300, select: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
}

function rulesOf(spec: AutoscalerSpec, direction: 'scaleUp' | 'scaleDown'): Rules {
  const own: ScalingRules = spec.behavior?.[direction] ?? {}
  const { window, select, policies } = defaults[direction]
  return {
    window: own.stabilizationWindowSeconds ?? window,
    select: own.selectPolicy ?? select,
    policies: own.policies?.length ? own.policies : policies,
  }
}

/** What one autoscaler remembers. It lives in memory: after a restart the windows start over, as in a real cluster. */
export interface Memory {
  recommendations: { at: number; replicas: number }[]
  changes: { at: number; by: number }[]
}

export const emptyMemory = (): Memory => ({ recommendations: [], changes: [] })

const longestMemory = 3_600_000

/** Remembers a recommendation and forgets what no window reaches. */
export function remember(memory: Memory, replicas: number, now: number): void {
  memory.recommendations = memory.recommendations.filter(({ at }) => now - at < longestMemory)
  memory.changes = memory.changes.filter(({ at }) => now - at < longestMemory)
  memory.recommendations.push({ at: now, replicas })
}

/** The recommendation calmed by both windows: the highest of the down window, the lowest of the up window. */
export function stabilize(spec: AutoscalerSpec, memory: Memory, current: number, wanted: number, now: number): number {
  const within = (direction: 'scaleUp' | 'scaleDown'): number[] => {
    const { window } = rulesOf(spec, direction)
    return memory.recommendations.filter(({ at }) => now - at < window * 1000).map(({ replicas }) => replicas)
  }
  const lowest = Math.min(wanted, ...within('scaleUp'))
  const highest = Math.max(wanted, ...within('scaleDown'))
  if (current < lowest) return lowest
  return current > highest ? highest : current
}

/** The most, or least, replicas the policies allow now, given the changes within their periods. */
export function policyLimit(
  spec: AutoscalerSpec,
  memory: Memory,
  current: number,
  direction: 'scaleUp' | 'scaleDown',
  now: number,
): number {
  const { select, policies } = rulesOf(spec, direction)
  if (select === 'Disabled') return current
  const isUp = direction === 'scaleUp'
  const limits = policies.map(({ type, value, periodSeconds }) => {
    const recent = memory.changes.filter(({ at, by }) => now - at < periodSeconds * 1000 && by > 0 === isUp)
    const start = current - recent.reduce((sum, { by }) => sum + by, 0)
    if (type === 'Pods') return isUp ? start + value : start - value
    return isUp ? Math.ceil(start * (1 + value / 100)) : Math.floor(start * (1 - value / 100))
  })
  const isFurthest = select === 'Max'
  return isUp === isFurthest ? Math.max(...limits) : Math.min(...limits)
}
