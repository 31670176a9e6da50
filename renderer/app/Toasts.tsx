import { useEffect, useState } from 'react'
import { ToastView } from '../kit/index.ts'
import { useCluster } from './state/clusters.ts'
import { dismissToast, reportError, toastMilliseconds, useToasts, type Toast } from './state/toasts.ts'
import './Toasts.css'

/** Messages at the bottom centre, above the status bar, where no page has buttons. */
export function Toasts() {
  const toasts = useToasts((state) => state.toasts)
  return (
    <div className="app-toasts" aria-live="polite">
      {toasts.map((message) => (
        <TimedToast key={message.id} message={message} />
      ))}
    </div>
  )
}

function TimedToast({ message }: { message: Toast }) {
  const { id, undo } = message
  const cluster = useCluster(message.context ?? null)
  const [isHeld, setHeld] = useState(false)
  useEffect(() => {
    // Pointed at or read with the keyboard, it stays.
    if (isHeld) return
    const timer = setTimeout(() => dismissToast(id), toastMilliseconds)
    return () => clearTimeout(timer)
  }, [id, isHeld])
  const onUndo = undo
    ? () => {
        dismissToast(id)
        void Promise.resolve(undo()).catch((thrown: unknown) => reportError(thrown, 'Undo did not work'))
      }
    : undefined
  return (
    <ToastView
      status={message.status}
      title={message.title}
      cluster={cluster?.name}
      onHold={setHeld}
      detail={message.detail}
      facts={message.facts}
      action={message.action}
      onUndo={onUndo}
      onClose={() => dismissToast(id)}
    />
  )
}
