import { useEffect } from 'react'
import { ToastView } from '../kit/index.ts'
import { dismissToast, reportError, toastMilliseconds, useToasts, type Toast } from './state/toasts.ts'
import './Toasts.css'

/** Messages at the lower right, above the status bar. */
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
  const { id, status, undo } = message
  useEffect(() => {
    // A failure stays until it was read.
    if (status === 'failed') return
    const timer = setTimeout(() => dismissToast(id), toastMilliseconds)
    return () => clearTimeout(timer)
  }, [id, status])
  const onUndo = undo
    ? () => {
        dismissToast(id)
        void Promise.resolve(undo()).catch((thrown: unknown) => reportError(thrown, 'Undo did not work'))
      }
    : undefined
  return (
    <ToastView
      status={status}
      title={message.title}
      detail={message.detail}
      facts={message.facts}
      action={message.action}
      onUndo={onUndo}
      onClose={() => dismissToast(id)}
    />
  )
}
