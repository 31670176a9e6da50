import { Copy, ScrollText, Trash2 } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import type { PodRow } from '#shared/contract/pods.ts'
import { useBlocked } from '../../../app/index.ts'
import { Button, plural } from '../../../kit/index.ts'
import { copyNames, deletePods, openLogs } from './podActions.ts'

/** What can be done with several pods at once. */
export function PodSelection({ scope, rows, onClear }: { scope: Scope; rows: readonly PodRow[]; onClear: () => void }) {
  const blocked = useBlocked('operator')
  const remove = async () => {
    if (await deletePods(scope, rows)) onClear()
  }
  return (
    <div className="workloads-selection" role="toolbar" aria-label="Selected pods">
      <b>{plural(rows.length, 'pod')} selected</b>
      <Button
        size="small"
        icon={ScrollText}
        reason={rows.length > 64 ? 'At most 64 pods can be followed at once.' : undefined}
        onClick={() => openLogs(rows)}
      >
        Follow logs
      </Button>
      <Button size="small" icon={Copy} onClick={() => copyNames(rows)}>
        Copy names
      </Button>
      <Button
        size="small"
        icon={Trash2}
        kind="danger"
        reason={blocked ?? (rows.length > 500 ? 'At most 500 pods can be deleted at once.' : undefined)}
        onClick={() => remove()}
      >
        Delete {plural(rows.length, 'pod')}…
      </Button>
      <span className="note">Esc clears</span>
    </div>
  )
}
