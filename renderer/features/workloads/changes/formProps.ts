import type { WorkloadChange, WorkloadDetail } from '#shared/contract/rollouts.ts'

export interface FormProps<Kind extends WorkloadChange['do']> {
  change: Extract<WorkloadChange, { do: Kind }>
  detail: WorkloadDetail
  onChange: (change: WorkloadChange) => void
  onEnter: () => void
}
