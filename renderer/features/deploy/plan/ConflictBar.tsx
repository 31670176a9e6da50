import type { Scope } from '#shared/contract/base.ts'
import type { Plan } from '#shared/contract/plan.ts'
import { Banner, Button } from '../../../kit/index.ts'
import { conflictsOf, decideAll, undecidedOf, type Decisions } from './decisions.ts'
import { changeDraft } from '../deployStore.ts'

/** Says how many fields have other owners, decides them all at once, or goes to the next that is open. */
export function ConflictBar({ scope, plan, decisions }: { scope: Scope; plan: Plan; decisions: Decisions }) {
  const all = conflictsOf(plan)
  if (all.length === 0) return null
  const open = undecidedOf(plan, decisions)
  const next = open[0]
  return (
    <Banner
      tone={open.length > 0 ? 'warn' : 'neutral'}
      title={all.length === 1 ? '1 field has another owner.' : `${all.length} fields have other owners.`}
      aside={
        <>
          <Button size="small" onClick={() => changeDraft(scope, { decisions: decideAll(plan, 'keep') })}>
            Keep all
          </Button>
          <Button size="small" onClick={() => changeDraft(scope, { decisions: decideAll(plan, 'take') })}>
            Take all
          </Button>
          {next ? (
            <Button size="small" onClick={() => changeDraft(scope, { selected: next.resource.id })}>
              Next to decide
            </Button>
          ) : null}
        </>
      }
    >
      {open.length > 0
        ? `Keep what is live or take the release's value: ${open.length} to decide.`
        : 'Each is decided.'}
    </Banner>
  )
}
