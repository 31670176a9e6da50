import { RefreshCw } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import { useBlocked } from '../../app/index.ts'
import { Button, plural } from '../../kit/index.ts'
import { openChange, type Workload } from './changes/changeStore.ts'

interface WorkloadSelectionProps {
  scope: Scope
  workloads: readonly Workload[]
  onClear: () => void
}

/** What can be done with several controllers at once. */
export function WorkloadSelection({ scope, workloads, onClear }: WorkloadSelectionProps) {
  const blocked = useBlocked('operator')
  const count = plural(workloads.length, 'workload')
  return (
    <div className="workloads-selection" role="toolbar" aria-label="Selected workloads">
      <b>{count} selected</b>
      <Button
        size="small"
        icon={RefreshCw}
        reason={blocked}
        onClick={() => openChange({ of: 'restart', scope, workloads })}
      >
        Restart {count}…
      </Button>
      <Button size="small" kind="quiet" onClick={onClear}>
        Clear
      </Button>
      <span className="note">Esc clears</span>
    </div>
  )
}
