import { create } from 'zustand'
import type { Scope } from '#shared/contract/base.ts'
import type { Plan } from '#shared/contract/deploy.ts'

interface Draft {
  plan: Plan | null
  profile: string
  version: string
  /** The resource whose difference is shown. */
  selected: string | null
  /** The task this plan became. */
  taskId: string | null
}

const fresh: Draft = { plan: null, profile: '', version: '', selected: null, taskId: null }

/** Drafts of deployments by scope: they survive page changes, and nothing of one cluster shows on another's page. */
const useDrafts = create<{ drafts: Readonly<Record<string, Draft>> }>(() => ({ drafts: {} }))

const keyOf = (scope: Scope) => `${scope.cluster} ${scope.namespace}`

export function useDraft(scope: Scope): Draft {
  return useDrafts((state) => state.drafts[keyOf(scope)] ?? fresh)
}

export function changeDraft(scope: Scope, change: Partial<Draft>): void {
  const key = keyOf(scope)
  useDrafts.setState(({ drafts }) => ({ drafts: { ...drafts, [key]: { ...(drafts[key] ?? fresh), ...change } } }))
}
