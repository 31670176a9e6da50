import { create } from 'zustand'
import type { Fault, Scope } from '#shared/contract/base.ts'
import type { DriftReport } from '#shared/contract/drift.ts'
import { asFault, engine } from '../../../client/index.ts'

export interface DriftState {
  report: DriftReport | undefined
  error: Fault | undefined
  isChecking: boolean
  /** The installed release when it was asked last; undefined when it was not asked yet. */
  askedFor: string | null | undefined
}

const unknown: DriftState = { report: undefined, error: undefined, isChecking: false, askedFor: undefined }

/** The last check by scope: its count stands on the tab while other views are looked at. */
const useReports = create<{ states: Readonly<Record<string, DriftState>> }>(() => ({ states: {} }))

const keyOf = (scope: Scope) => `${scope.context} ${scope.namespace}`

export function useDrift(scope: Scope): DriftState {
  return useReports(({ states }) => states[keyOf(scope)] ?? unknown)
}

function change(scope: Scope, next: Partial<DriftState>): void {
  const key = keyOf(scope)
  useReports.setState(({ states }) => ({ states: { ...states, [key]: { ...(states[key] ?? unknown), ...next } } }))
}

/**
 * Compares the cluster with its release now. A check that is under way is not started twice.
 * @param installed the release that the status names, where this is the first look at it
 */
export async function checkDrift(scope: Scope, installed?: string | null): Promise<void> {
  if (useReports.getState().states[keyOf(scope)]?.isChecking) return
  change(scope, { isChecking: true, ...(installed === undefined ? {} : { askedFor: installed }) })
  try {
    change(scope, { report: await engine().drift.check(scope), error: undefined, isChecking: false })
  } catch (thrown) {
    change(scope, { error: asFault(thrown), isChecking: false })
  }
}

/** Forgets every check, as when the window is opened again. */
export function forgetDrift(): void {
  useReports.setState({ states: {} })
}
