import { describe, expect, it } from 'vitest'
import { blockedBy, chosenFor, conflictKey, conflictsOf, decideAll, undecidedOf } from './decisions.ts'
import { conflict, plan, resource } from '../testing/plan.ts'

const contested = () =>
  plan({
    stages: [
      {
        id: 'services',
        title: 'Services',
        waits: '',
        resources: [
          resource({ id: 'a', action: 'conflict', conflicts: [conflict('spec.replicas'), conflict('spec.paused')] }),
          resource({ id: 'b', action: 'conflict', conflicts: [conflict('spec.replicas')] }),
        ],
      },
    ],
  })

describe('conflicts of a plan', () => {
  it('stop it until each field is decided, and say how many are open', () => {
    const made = contested()
    expect(blockedBy(made, {})).toContain('3 fields have other owners')
    const decided = { [conflictKey('a', 'spec.replicas')]: 'keep', [conflictKey('a', 'spec.paused')]: 'take' } as const
    expect(blockedBy(made, decided)).toContain('1 field has another owner')
    expect(undecidedOf(made, decided).map(({ resource: { id } }) => id)).toEqual(['b'])
    expect(blockedBy(made, { ...decided, [conflictKey('b', 'spec.replicas')]: 'keep' })).toBeUndefined()
  })

  it('are decided all at once, the same field of two objects on its own', () => {
    const made = contested()
    expect(conflictsOf(made)).toHaveLength(3)
    expect(blockedBy(made, decideAll(made, 'take'))).toBeUndefined()
    expect(new Set(Object.values(decideAll(made, 'keep')))).toEqual(new Set(['keep']))
  })

  it('are sent with their choice; a choice about an earlier plan is not', () => {
    const decisions = { [conflictKey('b', 'spec.replicas')]: 'take', [conflictKey('gone', 'spec.x')]: 'keep' } as const
    expect(chosenFor(contested(), decisions)).toEqual([{ id: 'b', field: 'spec.replicas', choice: 'take' }])
  })

  it('do not hide that the plan is blocked', () => {
    const blockers = [{ code: 'INVALID', message: 'The namespace is being deleted.', details: {} }]
    expect(blockedBy(plan({ blockers }), {})).toContain('being deleted')
  })
})
