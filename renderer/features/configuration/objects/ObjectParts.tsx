import { RefreshCw, Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'
import type { ConfigurationRow } from '#shared/contract/configuration.ts'
import { confirm, useBlocked } from '../../../app/index.ts'
import { Banner, Button, Facts, formatBytes, formatTime, RelativeTime } from '../../../kit/index.ts'
import { keepDraft, type Draft, type ObjectName } from './drafts.ts'
import { openReaders, restartable, undoObject } from './objectActions.ts'
import { previousOf, usersOf, whyNoPrevious, whyNoUsers } from './rowFacts.ts'

interface ObjectProps {
  object: ObjectName
  row: ConfigurationRow
}

/** What can be done with the object as it is live. */
export function ObjectButtons({ object, row }: ObjectProps) {
  const blocked = useBlocked('operator')
  const users = usersOf(row)
  const previousAt = previousOf(row)
  const noReaders = whyNoUsers(row) ?? (restartable(users).length === 0 ? 'No workload reads it.' : undefined)
  const noPrevious = whyNoPrevious(row) ?? (previousAt === undefined ? 'No version before is kept.' : undefined)
  return (
    <div className="configuration-buttons">
      {object.kind === 'ConfigMap' || object.kind === 'Secret' ? (
        <Button size="small" icon={RefreshCw} reason={blocked ?? noReaders} onClick={() => openReaders(object, users)}>
          Restart the readers…
        </Button>
      ) : null}
      <Button
        size="small"
        icon={Undo2}
        reason={blocked ?? noPrevious}
        onClick={() => undoObject(object, users, previousAt)}
      >
        Undo last change…
      </Button>
    </div>
  )
}

export function ObjectFacts({ row }: { row: ConfigurationRow }) {
  const users = usersOf(row)
  const previousAt = previousOf(row)
  return (
    <Facts
      rows={[
        {
          name: 'Used by',
          value: whyNoUsers(row) ?? (users.length === 0 ? 'no workload of this namespace' : <Lines lines={users} />),
        },
        {
          name: 'Changed',
          value: (
            <>
              <RelativeTime time={row.changedAt} /> by {row.changedBy || 'somebody unnamed'}
            </>
          ),
        },
        {
          name: 'Version before',
          value: whyNoPrevious(row) ?? (previousAt === undefined ? 'none kept' : <RelativeTime time={previousAt} />),
        },
        { name: 'Size', value: formatBytes(row.bytes) },
      ]}
    />
  )
}

function Lines({ lines }: { lines: readonly string[] }) {
  return lines.map((line) => <div key={line}>{line}</div>)
}

interface ConflictProps extends ObjectProps {
  /** What the other one changed of what the draft touches. */
  children?: ReactNode
  onKeepMine: () => void
}

/** Somebody else changed the object since the draft was begun. The draft is kept until the person decides. */
export function Conflict({ object, row, children, onKeepMine }: ConflictProps) {
  return (
    <div className="configuration-conflict">
      <Banner tone="warn" title={`${row.name} has changed since you began.`}>
        {row.changedBy || 'Somebody'} changed it at {formatTime(row.changedAt)}. Your draft is kept and nothing of it
        was written.
        {children}
        <div className="configuration-buttons">
          <Button size="small" onClick={onKeepMine}>
            Keep mine on top
          </Button>
          <Button size="small" kind="danger" onClick={() => keepDraft(object, null)}>
            Discard mine
          </Button>
        </div>
      </Banner>
    </div>
  )
}

interface DraftBarProps {
  object: ObjectName
  draft: Draft
  /** "2 keys changed". */
  summary: string
  /** Why it cannot be saved now. */
  problem: string | undefined
  onSave: () => void
}

/** At the foot of the details while something is not saved. */
export function DraftBar({ object, draft, summary, problem, onSave }: DraftBarProps) {
  const blocked = useBlocked('operator', object.scope.context)
  const discard = async () => {
    const answer = await confirm({
      level: 2,
      title: `Discard what you typed for ${object.name}?`,
      message: `${summary}. The object in the cluster stays as it is.`,
      confirmLabel: 'Discard',
      cancelLabel: 'Keep the draft',
      isDanger: true,
      cluster: object.scope.context,
    })
    if (answer) keepDraft(object, null)
  }
  return (
    <div className="configuration-draft" role="status" data-of={draft.of}>
      <span className="truncate" title={problem ?? summary}>
        {problem ?? `${summary}, not saved`}
      </span>
      <Button size="small" onClick={() => discard()}>
        Discard…
      </Button>
      <Button size="small" kind="primary" reason={blocked ?? problem} onClick={onSave}>
        Save…
      </Button>
    </div>
  )
}
