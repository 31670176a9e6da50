import { RotateCcw } from 'lucide-react'
import { useRef, useState } from 'react'
import type { Scope } from '#shared/contract/base.ts'
import type { Backup, RestorePlan } from '#shared/contract/backups.ts'
import { ClusterMark, TypedName, useBlocked, useCluster } from '../../../app/index.ts'
import { useCall, useCommand } from '../../../client/index.ts'
import {
  Banner,
  Button,
  Dialog,
  ErrorState,
  Field,
  formatBytes,
  formatDuration,
  formatMinute,
  formatMoment,
  LoadingState,
  RelativeTime,
} from '../../../kit/index.ts'
import { useBackupDialogs, sourceOf, watchTask } from '../backupActions.ts'
import { RestoreEffects } from './RestoreEffects.tsx'
import { RestoreSteps } from './RestoreSteps.tsx'

const close = () => useBackupDialogs.setState({ restoring: null })

/** What a restore will do, who notices, and the last click. Everything in it comes from the engine's plan. */
export function RestoreDialog({ scope, backup }: { scope: Scope; backup: Backup }) {
  const cluster = useCluster(scope.context)
  const blocked = useBlocked('operator', scope.context)
  const name = cluster?.name ?? scope.context
  const isProduction = cluster?.environment === 'production'
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const {
    value: plan,
    error,
    reload,
  } = useCall(
    (client, signal) => client.backups.planRestore({ ...scope, source: sourceOf(backup) }, { signal }),
    [scope.context, scope.namespace, backup.id],
  )
  const field = useRef<HTMLInputElement>(null)
  const cancel = useRef<HTMLButtonElement>(null)
  const restore = useCommand(async (client) => {
    const confirmation = { ...(isProduction && { typedName: typed }), ...(reason.trim() && { reason: reason.trim() }) }
    const { taskId } = await client.backups.restore({ ...scope, source: sourceOf(backup), confirmation })
    watchTask(taskId)
  })
  const refusal = blocked ?? whyNot(plan, isProduction && typed !== name ? name : undefined)
  const start = () => {
    if (refusal === undefined) void restore.run()
  }
  return (
    <Dialog
      size="large"
      isProduction={isProduction}
      isFlush
      title={
        <>
          Restore {name} to {formatMinute(backup.takenAt)}
        </>
      }
      note={
        <>
          {backup.reason || 'Backup by hand'}, {formatBytes(backup.bytes)}, taken <RelativeTime time={backup.takenAt} />
          ,{' '}
          {backup.verifiedAt === undefined
            ? 'not verified by a trial restore'
            : `verified by trial restore ${formatMoment(backup.verifiedAt)}`}
        </>
      }
      aside={cluster ? <ClusterMark cluster={cluster} /> : undefined}
      initialFocus={isProduction ? field : cancel}
      onClose={close}
      hint={
        isProduction ? (
          <TypedName name={name} typed={typed} onChange={setTyped} onEnter={start} field={field} />
        ) : undefined
      }
      actions={
        <>
          <Button ref={cancel} size="large" onClick={close}>
            Cancel
          </Button>
          <span data-testid="restore-confirm">
            <Button
              size="large"
              kind={isProduction ? 'production' : 'primary'}
              icon={RotateCcw}
              busy={restore.isBusy}
              reason={refusal}
              onClick={start}
            >
              Restore {name}
            </Button>
          </span>
        </>
      }
    >
      {plan ? (
        <PlanColumns
          plan={plan}
          isProduction={isProduction}
          name={name}
          reason={reason}
          onReason={setReason}
          error={restore.error?.message}
        />
      ) : error ? (
        <ErrorState fault={error} title="The restore could not be planned" onRetry={reload} />
      ) : (
        <LoadingState rows={9} label="Planning the restore" />
      )}
    </Dialog>
  )
}

function whyNot(plan: RestorePlan | undefined, toType: string | undefined): string | undefined {
  if (!plan) return 'The plan is still being made.'
  const blocker = plan.blockers[0]
  if (blocker) return blocker.message
  return toType === undefined ? undefined : `Type ${toType} first.`
}

interface PlanColumnsProps {
  plan: RestorePlan
  isProduction: boolean
  name: string
  reason: string
  onReason: (reason: string) => void
  error: string | undefined
}

function PlanColumns({ plan, isProduction, name, reason, onReason, error }: PlanColumnsProps) {
  const known = plan.steps.every((step) => step.plannedMs !== undefined)
  const total = plan.steps.reduce((sum, step) => sum + (step.plannedMs ?? 0), 0)
  return (
    <div className="restore-columns">
      <div className="restore-left">
        <div className="restore-heading">
          <h3>What will happen</h3>
          <span>
            {known && total > 0 ? `about ${formatDuration(total)} in all` : 'durations are known after the first time'}
          </span>
        </div>
        <RestoreSteps
          steps={plan.steps}
          now={0}
          who={isProduction ? 'Production' : name}
          isProduction={isProduction}
          isPlan
        />
        <div className="restore-promise">
          <Banner tone="ok" title="If a step before the change fails, nothing live has changed.">
            If a later one fails, the console swaps back on its own and tells you.
          </Banner>
        </div>
      </div>
      <div className="restore-right">
        {plan.blockers.map((blocker) => (
          <Banner key={blocker.message} tone="crit" title={blocker.message} />
        ))}
        {error ? (
          <Banner tone="crit" title="The restore did not start.">
            {error}
          </Banner>
        ) : null}
        <RestoreEffects plan={plan} />
        <div className="restore-reason">
          <Field
            label="Reason, kept in the audit log"
            value={reason}
            onChange={onReason}
            placeholder="Why is it restored?"
          />
        </div>
      </div>
    </div>
  )
}
