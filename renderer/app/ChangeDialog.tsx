import { useState, type ReactNode } from 'react'
import type { Impact } from '#shared/contract/changes.ts'
import { useCall, useCommand, type Client } from '../client/index.ts'
import { Banner, Button, Dialog, ErrorState, ImpactView, LoadingState, useSettled } from '../kit/index.ts'
import { ClusterMark } from './ClusterMark.tsx'
import { useBlocked, useCluster } from './state/clusters.ts'
import type { Confirmation } from './state/confirm.ts'
import './ChangeDialog.css'

/** How long typing must pause before the cluster is asked again. */
const pauseMilliseconds = 350

interface ChangeDialogProps {
  title: ReactNode
  note?: ReactNode
  cluster: string
  /** The form, where there is one; `submit` belongs to the Enter key of its fields. */
  children?: (submit: () => void) => ReactNode
  /** Below what the change does: its exact content. */
  content?: ReactNode
  /** What the form says, as text: a new text is a new question. */
  question: string
  /** Why the form is not complete yet; nothing is asked meanwhile. */
  incomplete?: string | undefined
  /** The blast radius of what the form says. */
  ask: (client: Client, signal: AbortSignal) => Promise<Impact>
  /** Names the act: "Restart agency-swarm-backend". */
  confirmLabel: string
  cancelLabel?: string
  isDanger?: boolean
  size?: 'medium' | 'large'
  perform: (client: Client, confirmation: Confirmation) => Promise<unknown>
  /** In place of what the command's error says. */
  failure?: ReactNode
  onClose: () => void
}

/**
 * A level 2 confirmation that first asks what the change does. It can be confirmed once the answer belongs to what the form
 * says now; a change of the form withdraws the question on the way.
 */
export function ChangeDialog({ question, incomplete, ask, perform, onClose, ...props }: ChangeDialogProps) {
  const cluster = useCluster(props.cluster)
  const blocked = useBlocked('operator', props.cluster)
  const settled = useSettled(question, pauseMilliseconds)
  const isSettled = settled === question && incomplete === undefined
  const { value, error, reload } = useCall(isSettled ? ask : null, [question])
  const [shown, setShown] = useState(value)
  if (value !== undefined && value !== shown) setShown(value)
  const command = useCommand(async (client) => {
    await perform(client, {})
    onClose()
  })
  const refusal =
    blocked ?? incomplete ?? (value ? undefined : error ? 'It cannot be done as asked.' : 'The cluster is being asked.')
  const submit = () => {
    if (refusal === undefined && !command.isBusy) void command.run()
  }
  return (
    <Dialog
      title={props.title}
      note={props.note}
      aside={cluster ? <ClusterMark cluster={cluster} /> : undefined}
      size={props.size ?? 'medium'}
      isProduction={cluster?.environment === 'production'}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{props.cancelLabel ?? 'Cancel'}</Button>
          <Button
            kind={props.isDanger ? 'danger' : 'primary'}
            busy={command.isBusy}
            reason={refusal}
            onClick={submit}
            autoFocus={props.children === undefined && props.isDanger !== true}
          >
            {props.confirmLabel}
          </Button>
        </>
      }
    >
      <div className="app-change">
        {props.children?.(submit)}
        <div className="app-change-impact" aria-live="polite">
          {isSettled && error && !value ? (
            <ErrorState fault={error} onRetry={reload} />
          ) : shown ? (
            <ImpactView impact={shown} isOld={!value} />
          ) : incomplete === undefined ? (
            <LoadingState rows={4} label="Asking the cluster what it does" />
          ) : (
            <p className="quiet-text">{incomplete}</p>
          )}
        </div>
        {props.content}
        {command.error
          ? (props.failure ?? (
              <Banner tone="crit" title="It was not changed.">
                {command.error.message}
              </Banner>
            ))
          : null}
      </div>
    </Dialog>
  )
}
