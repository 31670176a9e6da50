import { create } from 'zustand'
import type { Scope } from '#shared/contract/base.ts'
import type { WorkloadChange, WorkloadDetail } from '#shared/contract/rollouts.ts'

/** A controller whose pods are replaced by rolling. */
export interface Workload {
  kind: WorkloadDetail['kind']
  name: string
}

export type ChangeKind = WorkloadChange['do']

export type ChangeRequest =
  /** One change of one workload: `preset` fills the form, as when an undo is offered. */
  | { of: 'one'; scope: Scope; workload: Workload; do: ChangeKind; preset?: WorkloadChange; variable?: string }
  | { of: 'restart'; scope: Scope; workloads: readonly Workload[] }
  | { of: 'images'; scope: Scope }

/** Which change is being asked about. It belongs to the window: an undo is offered on any page. */
export const useChanges = create<{ open: ChangeRequest | null }>(() => ({ open: null }))

export function openChange(request: ChangeRequest): void {
  useChanges.setState({ open: request })
}

export const closeChange = () => useChanges.setState({ open: null })

/** Whether a kind of the table is one of those whose pods are replaced by rolling. */
export function isRolled(kind: string): kind is Workload['kind'] {
  return kind === 'Deployment' || kind === 'StatefulSet' || kind === 'DaemonSet'
}
