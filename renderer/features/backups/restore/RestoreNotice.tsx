import { LifeBuoy, Undo2 } from 'lucide-react'
import type { Scope } from '#shared/contract/base.ts'
import type { Restore } from '#shared/contract/backups.ts'
import { useBlocked } from '../../../app/index.ts'
import { Banner, Button, formatMoment } from '../../../kit/index.ts'
import { keepRestore, recoverRestore, undoRestore } from '../backupActions.ts'

/** A restore that something can still be done about: undo it, keep it, or recover what an interruption left. */
export function RestoreNotice({ scope, restore, busy }: { scope: Scope; restore: Restore; busy: string | undefined }) {
  const blocked = useBlocked('operator') ?? busy
  const { offers, state, fault } = restore
  return (
    <Banner
      tone={state === 'done' && fault === undefined ? 'info' : 'warn'}
      title={titleOf(restore)}
      aside={
        <>
          {offers.includes('keep') ? (
            <Button size="small" reason={blocked} onClick={() => keepRestore(scope, restore)}>
              {state === 'done' ? 'Keep…' : 'Remove what it kept…'}
            </Button>
          ) : null}
          {offers.includes('undo') ? (
            <span data-testid="undo-restore">
              <Button size="small" icon={Undo2} reason={blocked} onClick={() => undoRestore(scope, restore)}>
                Undo restore…
              </Button>
            </span>
          ) : null}
          {offers.includes('recover') ? (
            <span data-testid="recover-restore">
              <Button size="small" icon={LifeBuoy} reason={blocked} onClick={() => recoverRestore(scope, restore)}>
                Recover…
              </Button>
            </span>
          ) : null}
        </>
      }
    >
      {state === 'done' && fault === undefined
        ? `The previous database is kept as ${restore.previousDatabase}, so undoing is just a rename.`
        : restore.message}
      {fault ? ` ${fault.message}` : null}
    </Banner>
  )
}

function titleOf({ state, at }: Restore): string {
  const when = formatMoment(at)
  if (state === 'interrupted' || state === 'unknown') return `The restore of ${when} was interrupted.`
  if (state === 'superseded') return `The restore of ${when} was replaced by a later one.`
  if (state === 'undone') return `The restore of ${when} was undone.`
  return `Restored ${when}.`
}
