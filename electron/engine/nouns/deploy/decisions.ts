import type { Plan } from '#shared/contract/plan.ts'
import { ConsoleError } from '#shared/errors.ts'
import type { FieldRef } from './releases/record.ts'

export interface Decision extends FieldRef {
  choice: 'keep' | 'take'
}

/**
 * What is left to others and what is taken, with what earlier releases left to them.
 * @throws ConsoleError DEPLOY_FAILED listing the conflicts nobody decided about; BAD_INPUT for a decision about something else
 */
export function decide(
  plan: Plan,
  keptBefore: readonly FieldRef[],
  decisions: readonly Decision[],
): { kept: FieldRef[]; taken: FieldRef[] } {
  const conflicts = plan.stages.flatMap(({ resources }) =>
    resources.flatMap(({ id, conflicts: own }) => own.map((conflict) => ({ id, ...conflict }))),
  )
  const decided = new Map(decisions.map((decision) => [keyOf(decision), decision]))
  const open = conflicts.filter((conflict) => !decided.has(keyOf(conflict)))
  if (open.length > 0) {
    const list = open.map(({ id, field, manager }) => `${field} of ${id} (${manager})`).join('; ')
    throw new ConsoleError(
      'DEPLOY_FAILED',
      `Other field managers own fields that this release sets too: ${list}. Nothing was changed. Choose Keep or Take for each.`,
      { conflicts: open },
    )
  }
  const known = new Set([...conflicts, ...keptBefore].map(keyOf))
  const stray = decisions.find((decision) => !known.has(keyOf(decision)))
  if (stray)
    throw new ConsoleError(
      'BAD_INPUT',
      `The plan has no conflict about ${stray.field} of ${stray.id}. Nothing was changed.`,
    )
  const refs = (choice: Decision['choice']) =>
    [...decided.values()].filter((decision) => decision.choice === choice).map(({ id, field }) => ({ id, field }))
  const stillKept = keptBefore.filter((ref) => !decided.has(keyOf(ref)))
  return { kept: [...stillKept, ...refs('keep')], taken: refs('take') }
}

const keyOf = ({ id, field }: FieldRef) => `${id} ${field}`

/** @throws ConsoleError BAD_INPUT for what the plan does not list */
export function checkPruned(plan: Plan, ids: readonly string[]): void {
  const listed = new Set(plan.prune.map(({ id }) => id))
  const stray = ids.find((id) => !listed.has(id))
  if (stray === undefined) return
  throw new ConsoleError('BAD_INPUT', `${stray} is not among what this plan would delete. Nothing was changed.`)
}
