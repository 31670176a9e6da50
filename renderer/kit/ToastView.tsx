import { Undo2, X } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from './Button.tsx'
import { CodeBlock } from './CodeView.tsx'
import { Keys } from './Keys.tsx'
import { StatusGlyph, type StatusKind } from './Status.tsx'
import './ToastView.css'

export interface ToastViewProps {
  status: StatusKind
  title: string
  detail?: string | undefined
  facts?: Readonly<Record<string, unknown>> | undefined
  onUndo?: (() => void) | undefined
  action?: { title: string; perform: () => void } | undefined
  /** The cluster that it is about. */
  cluster?: string | undefined
  /** Whether it is pointed at or has the focus: then it must not leave. */
  onHold?: (isHeld: boolean) => void
  onClose: () => void
}

/** One message at the bottom centre. */
export function ToastView({ status, title, detail, facts, onUndo, action, cluster, onHold, onClose }: ToastViewProps) {
  const [isOpen, setOpen] = useState(false)
  return (
    <div
      className="k-toast"
      role={status === 'failed' ? 'alert' : 'status'}
      onPointerEnter={() => onHold?.(true)}
      onPointerLeave={() => onHold?.(false)}
      onFocus={() => onHold?.(true)}
      onBlur={() => onHold?.(false)}
    >
      <StatusGlyph status={status} size={15} />
      <div className="k-toast-text selectable">
        <b>{title}</b> {cluster === undefined ? null : <span className="dim">on {cluster}. </span>}
        {detail === undefined ? null : <span>{detail}</span>}
        {isOpen ? <CodeBlock text={JSON.stringify(facts, null, 2)} /> : null}
      </div>
      {facts ? (
        <Button size="small" kind="quiet" onClick={() => setOpen(!isOpen)}>
          Details
        </Button>
      ) : null}
      {action ? (
        <Button size="small" onClick={action.perform}>
          {action.title}
        </Button>
      ) : null}
      {onUndo ? (
        <>
          <Button size="small" icon={Undo2} onClick={onUndo}>
            Undo
          </Button>
          <Keys keys="Ctrl+Z" />
        </>
      ) : null}
      <IconButton icon={X} label="Close message" size="small" onClick={onClose} />
    </div>
  )
}
