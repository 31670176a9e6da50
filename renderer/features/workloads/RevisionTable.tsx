import type { Scope } from '#shared/contract/base.ts'
import type { WorkloadDetail } from '#shared/contract/rollouts.ts'
import { useBlocked } from '../../app/index.ts'
import { Button, EmptyState, RelativeTime, StatusChip } from '../../kit/index.ts'
import { openChange, type Workload } from './changes/changeStore.ts'

interface RevisionTableProps {
  scope: Scope
  workload: Workload
  detail: WorkloadDetail
}

/** What ran when and why, newest first, and the way back to each. */
export function RevisionTable({ scope, workload, detail }: RevisionTableProps) {
  const blocked = useBlocked('operator')
  const revisions = [...detail.revisions].sort((a, b) => b.revision - a.revision)
  if (revisions.length === 0) return <EmptyState title="No revision is recorded" />
  return (
    <ul className="workload-revisions" aria-label={`Revisions of ${workload.name}`}>
      {revisions.map((each) => (
        <li key={each.revision}>
          <div className="workload-revision-head">
            <b className="strong">Revision {each.revision}</b>
            <span className="dim">
              <RelativeTime time={each.createdAt} />
            </span>
            {each.isCurrent ? (
              <StatusChip status="healthy">Current</StatusChip>
            ) : (
              <Button
                size="small"
                reason={blocked}
                onClick={() =>
                  openChange({
                    of: 'one',
                    scope,
                    workload,
                    do: 'undo',
                    preset: { do: 'undo', revision: each.revision },
                  })
                }
              >
                Return to revision {each.revision}…
              </Button>
            )}
          </div>
          {each.images.map((image) => (
            <p key={image} className="mono selectable workload-image">
              {image}
            </p>
          ))}
          {each.cause === '' ? null : <p className="note selectable">{each.cause}</p>}
        </li>
      ))}
    </ul>
  )
}
