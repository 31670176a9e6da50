import { useRef, useState } from 'react'
import { Banner, Button, Dialog, Facts, Field } from '../kit/index.ts'
import { ClusterMark } from './ClusterMark.tsx'
import { useCluster } from './state/clusters.ts'
import { useConfirmRequest, type Confirmation, type ConfirmRequest } from './state/confirm.ts'
import { useLocation } from './state/location.ts'
import { TypedName } from './TypedName.tsx'
import './ConfirmDialog.css'

/** Shows what `confirm()` asks. */
export function ConfirmDialog() {
  const pending = useConfirmRequest((state) => state.pending)
  return pending ? <ConfirmContent key={pending.title} request={pending} answer={pending.answer} /> : null
}

interface ConfirmContentProps {
  request: ConfirmRequest
  answer: (confirmation: Confirmation | null) => void
}

function ConfirmContent({ request, answer }: ConfirmContentProps) {
  const current = useLocation((location) => location.cluster)
  const cluster = useCluster(request.cluster ?? current)
  const isProduction = cluster?.environment === 'production'
  const mustType = isProduction && request.level === 3
  const [typed, setTyped] = useState('')
  const [reason, setReason] = useState('')
  const field = useRef<HTMLInputElement>(null)
  const cancel = useRef<HTMLButtonElement>(null)
  const button = useRef<HTMLButtonElement>(null)
  const name = cluster?.name ?? ''
  const isTyped = !mustType || typed === name
  const done = () => {
    if (!isTyped) return
    answer({ ...(mustType ? { typedName: typed } : {}), ...(reason.trim() === '' ? {} : { reason: reason.trim() }) })
  }
  return (
    <Dialog
      title={request.title}
      aside={cluster ? <ClusterMark cluster={cluster} /> : undefined}
      size={request.isWide ? 'large' : 'small'}
      isProduction={isProduction}
      initialFocus={mustType ? field : request.isDanger ? cancel : button}
      onClose={() => answer(null)}
      hint={
        mustType ? <TypedName name={name} typed={typed} onChange={setTyped} onEnter={done} field={field} /> : undefined
      }
      actions={
        <>
          <Button ref={cancel} onClick={() => answer(null)}>
            {request.cancelLabel ?? 'Cancel'}
          </Button>
          <Button
            ref={button}
            kind={mustType ? 'production' : request.isDanger ? 'danger' : 'primary'}
            reason={isTyped ? undefined : `Type ${name} first.`}
            onClick={done}
          >
            {request.confirmLabel}
          </Button>
        </>
      }
    >
      <div className="app-confirm">
        {request.warning === undefined ? null : <Banner tone="warn" title={request.warning} />}
        {request.message === undefined ? null : <div className="app-confirm-message">{request.message}</div>}
        {request.changes ? (
          <Facts rows={request.changes.map(({ title, detail }) => ({ name: title, value: detail }))} />
        ) : null}
        {request.asksReason ? (
          <Field label="Reason, kept in the audit log" value={reason} onChange={setReason} />
        ) : null}
      </div>
    </Dialog>
  )
}
