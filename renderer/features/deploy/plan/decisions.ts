import type { FieldConflict, Plan, PlannedResource } from '#shared/contract/plan.ts'

export type Choice = 'keep' | 'take'

/** Choices by resource and field. */
export type Decisions = Readonly<Record<string, Choice>>

export interface PlanConflict {
  resource: PlannedResource
  conflict: FieldConflict
  key: string
}

export const conflictKey = (resourceId: string, field: string) => `${resourceId}\n${field}`

/** Every field of the plan that somebody else owns, in the order of the stages. */
export function conflictsOf(plan: Plan): PlanConflict[] {
  return plan.stages.flatMap((stage) =>
    stage.resources.flatMap((resource) =>
      resource.conflicts.map((conflict) => ({
        resource,
        conflict,
        key: conflictKey(resource.id, conflict.field),
      })),
    ),
  )
}

export function undecidedOf(plan: Plan, decisions: Decisions): PlanConflict[] {
  return conflictsOf(plan).filter(({ key }) => decisions[key] === undefined)
}

/** The same choice for every conflict of the plan. */
export function decideAll(plan: Plan, choice: Choice): Decisions {
  return Object.fromEntries(conflictsOf(plan).map(({ key }) => [key, choice]))
}

/** The decisions as the contract wants them; choices about an earlier plan are left out. */
export function chosenFor(plan: Plan, decisions: Decisions): { id: string; field: string; choice: Choice }[] {
  return conflictsOf(plan).flatMap(({ resource, conflict, key }) => {
    const choice = decisions[key]
    return choice ? [{ id: resource.id, field: conflict.field, choice }] : []
  })
}

/** Why a plan cannot be deployed as it stands; undefined when it can. */
export function blockedBy(plan: Plan, decisions: Decisions): string | undefined {
  const first = plan.blockers[0]
  if (first) return `The plan cannot be applied: ${first.message}`
  const open = undecidedOf(plan, decisions).length
  if (open === 0) return undefined
  return open === 1
    ? '1 field has another owner. Decide first whether to keep or take it.'
    : `${open} fields have other owners. Decide first for each whether to keep or take it.`
}
