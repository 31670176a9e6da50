import { timestamp } from './loop/clock.ts'

/** A status condition as all kinds have it; Deployments also note when they last looked. */
export interface Condition {
  type: string
  status: 'True' | 'False' | 'Unknown'
  reason?: string
  message?: string
  lastTransitionTime?: string
  lastUpdateTime?: string
  lastProbeTime?: string | null
  observedGeneration?: number
}

export const conditionOf = <C extends Condition>(conditions: C[] | undefined, type: string): C | undefined =>
  conditions?.find((condition) => condition.type === type)

export const isTrue = (conditions: Condition[] | undefined, type: string): boolean =>
  conditionOf(conditions, type)?.status === 'True'

export const withoutCondition = <C extends Condition>(conditions: C[] | undefined, type: string): C[] =>
  (conditions ?? []).filter((condition) => condition.type !== type)

/** The conditions with one set; its transition time moves only when its status does. */
export function withCondition(conditions: Condition[] | undefined, wanted: Condition, now: number): Condition[] {
  const known = conditionOf(conditions, wanted.type)
  const kept = known?.status === wanted.status ? known.lastTransitionTime : undefined
  const written: Condition = { ...wanted, lastTransitionTime: kept ?? timestamp(now) }
  if (known === undefined) return [...(conditions ?? []), written]
  return (conditions ?? []).map((condition) => (condition.type === wanted.type ? written : condition))
}
