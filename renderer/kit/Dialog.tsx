import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import { useRef, type ReactNode, type RefObject } from 'react'
import { IconButton } from './Button.tsx'
import './Dialog.css'

export interface DialogProps {
  title: ReactNode
  /** Below the title, grey. */
  note?: ReactNode
  children: ReactNode
  /** Buttons at the right; a `hint` stands at the left. */
  actions?: ReactNode
  hint?: ReactNode
  onClose: () => void
  /** `small` asks a question, `medium` holds a form, `large` a plan in two columns. */
  size?: 'small' | 'medium' | 'large'
  /** The production band on its upper edge. */
  isProduction?: boolean
  /** What is focused first; when not given, the field with `autoFocus`, else the first button at the foot, which is the way out. */
  initialFocus?: RefObject<HTMLElement | null>
  /** Right of the title: time left, a state. */
  aside?: ReactNode
  /** No padding: the children bring their own columns. */
  isFlush?: boolean
}

/**
 * A modal layer. Escape and its buttons close it, a click beside it does not: it may be the second half of a double-click on the
 * opener, and would take away what was typed. The focus returns to the opener. Mounted means open.
 */
export function Dialog({ title, note, children, actions, hint, onClose, size = 'small', ...props }: DialogProps) {
  const popup = useRef<HTMLDivElement>(null)
  return (
    <Base.Root
      open
      disablePointerDismissal
      onOpenChange={(open) => {
        if (!open) onClose()
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="k-scrim" />
        <Base.Popup
          className={`k-dialog k-dialog-${size}${props.isProduction ? ' k-dialog-production' : ''}`}
          ref={popup}
          initialFocus={props.initialFocus ?? (() => focusedIn(popup.current))}
        >
          <header className="k-dialog-header">
            <div className="k-dialog-titles">
              <Base.Title className="k-dialog-title">{title}</Base.Title>
              {note === undefined ? null : <Base.Description className="k-dialog-note">{note}</Base.Description>}
            </div>
            {props.aside}
            {size === 'small' ? null : <IconButton icon={X} label="Close" keys="Esc" onClick={onClose} />}
          </header>
          <div className={props.isFlush ? 'k-dialog-body k-dialog-flush' : 'k-dialog-body'}>{children}</div>
          {actions === undefined ? null : (
            <footer className="k-dialog-footer">
              <div className="k-dialog-hint">{hint}</div>
              {actions}
            </footer>
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

/** A field with `autoFocus` has the focus already and keeps it. */
function focusedIn(popup: HTMLElement | null): HTMLElement | null {
  const { activeElement } = document
  if (activeElement instanceof HTMLElement && popup?.contains(activeElement)) return activeElement
  return popup?.querySelector<HTMLElement>('.k-dialog-footer button') ?? popup
}
