import { Undo2 } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import type { Restore } from '#shared/contract/backups.ts'
import { useBlocked } from '../../../app/index.ts'
import { Banner, Button, formatMoment } from '../../../kit/index.ts'
import { keepRestore, undoRestore } from '../backupActions.ts'

/** A restore whose earlier database is kept: undo it, or keep it and free the space. */
export function RestoreNotice({ scope, restore, busy }: { scope: Scope; restore: Restore; busy: string | undefined }) {
  const blocked = useBlocked('operator') ?? busy
  const until = restore.undoUntil === undefined ? '' : ` until ${formatMoment(restore.undoUntil)}`
  if (restore.state === 'unknown' || restore.state === 'interrupted') {
    return (
      <Banner tone="warn" title={`The restore of ${formatMoment(restore.at)} was interrupted.`}>
        {restore.message}
      </Banner>
    )
  }
  return (
    <Banner
      tone={restore.fault === undefined ? 'info' : 'warn'}
      title={`Restored ${formatMoment(restore.at)}.`}
      aside={
        <>
          <Button size="small" reason={blocked} onClick={() => void keepRestore(scope, restore)}>
            Keep…
          </Button>
          <span data-testid="undo-restore">
            <Button size="small" icon={Undo2} reason={blocked} onClick={() => void undoRestore(scope, restore)}>
              Undo restore…
            </Button>
          </span>
        </>
      }
    >
      {restore.fault === undefined ? null : `${restore.message} ${restore.fault.message} `}
      The database of before is kept as {restore.previousDatabase}; Undo is possible{until}.
    </Banner>
  )
}
