import { create } from 'zustand'
import type { Scope } from '#shared/contract/base.ts'
import type { Plan } from '#shared/contract/plan.ts'
import type { Decisions } from './plan/decisions.ts'
import { firstToShow } from './deployView.ts'

export interface Draft {
  plan: Plan | null
  profile: string
  version: string
  /** The values as typed; null until something was typed: then the installed release's count. */
  values: string | null
  /** The resource whose difference is shown. */
  selected: string | null
  /** The task this plan became. */
  taskId: string | null
  /** For conflicts of the plan; nothing is decided by itself. */
  decisions: Decisions
  /** Ids of objects that are to be deleted; none by itself. */
  prune: ReadonlySet<string>
  safetyBackup: boolean
}

const undecided = { decisions: {}, prune: new Set<string>(), safetyBackup: false } satisfies Partial<Draft>

const fresh: Draft = {
  plan: null,
  profile: '',
  version: '',
  values: null,
  selected: null,
  taskId: null,
  ...undecided,
}

/** Drafts of deployments by scope: they survive page changes, and nothing of one cluster shows on another's page. */
const useDrafts = create<{ drafts: Readonly<Record<string, Draft>> }>(() => ({ drafts: {} }))

const keyOf = (scope: Scope) => `${scope.context} ${scope.namespace}`

export function useDraft(scope: Scope): Draft {
  return useDrafts((state) => state.drafts[keyOf(scope)] ?? fresh)
}

export function draftOf(scope: Scope): Draft {
  return useDrafts.getState().drafts[keyOf(scope)] ?? fresh
}

export function changeDraft(scope: Scope, change: Partial<Draft>): void {
  const key = keyOf(scope)
  useDrafts.setState(({ drafts }) => ({ drafts: { ...drafts, [key]: { ...(drafts[key] ?? fresh), ...change } } }))
}

/**
 * Puts a new plan on the page, with nothing decided.
 * @param hasDatabase a release is installed: then a backup is offered, and proposed where the schema will change
 */
export function takePlan(scope: Scope, plan: Plan, hasDatabase: boolean): void {
  changeDraft(scope, {
    ...undecided,
    plan,
    selected: firstToShow(plan)?.id ?? null,
    taskId: null,
    safetyBackup: hasDatabase && plan.schema.migrations.length > 0 && plan.schema.state !== 'stays',
  })
}

/** Puts the plan away; profile, version and values stay as they were typed. */
export function discardPlan(scope: Scope): void {
  changeDraft(scope, { ...undecided, plan: null, taskId: null })
}
