import { useRef, useState, type ComponentType, type ReactNode, type Ref } from 'react'
import { StatusGlyph } from './Status.tsx'
import { Tooltip } from './Tooltip.tsx'
import './Button.css'

export type Icon = ComponentType<{ size?: number | string; strokeWidth?: number | string; 'aria-hidden'?: boolean }>

export interface ButtonProps {
  children: ReactNode
  /** Where it returns a promise, the button is busy until that has settled. The second click of a double-click is not a click. */
  onClick?: () => unknown
  /** One primary button per page. `production` appears only as the last click of a level 3 dialog. */
  kind?: 'default' | 'primary' | 'production' | 'danger' | 'quiet'
  icon?: Icon
  size?: 'small' | 'normal' | 'large'
  /** Work is under way: the button keeps its width and refuses clicks. */
  busy?: boolean
  disabled?: boolean
  /** Why it cannot be used now. A reason disables the button and is shown on hover and to screen readers. */
  reason?: string | undefined
  type?: 'button' | 'submit'
  keys?: string
  ref?: Ref<HTMLButtonElement>
  autoFocus?: boolean
}

/** A labelled action. A button with a `reason` stays focusable so that the reason can be read. */
export function Button({ children, kind = 'default', size = 'normal', type = 'button', ref, ...props }: ButtonProps) {
  const { icon: Glyph, disabled = false, reason } = props
  const [isWorking, click] = useWork(props.onClick)
  const busy = props.busy === true || isWorking
  const blocked = reason !== undefined && reason !== ''
  const button = (
    <button
      ref={ref}
      type={type}
      autoFocus={props.autoFocus}
      className={`k-button k-button-${kind} k-button-${size}`}
      disabled={disabled && !blocked}
      aria-disabled={blocked || busy || disabled || undefined}
      aria-busy={busy || undefined}
      onClick={(event) => {
        if (blocked || busy || event.detail > 1) event.preventDefault()
        else click()
      }}
    >
      <Leading icon={Glyph} isBusy={busy} />
      <span className={busy && !Glyph ? 'k-button-covered' : undefined}>{children}</span>
    </button>
  )
  return 'reason' in props ? <Tooltip content={reason}>{button}</Tooltip> : button
}

/** Busy from the first click: what is on its way is not started a second time, whatever the page knows of it yet. */
function useWork(act: (() => unknown) | undefined): [isWorking: boolean, click: () => void] {
  const [isWorking, setWorking] = useState(false)
  const isOnItsWay = useRef(false)
  const click = () => {
    if (isOnItsWay.current) return
    const outcome = act?.()
    if (!(outcome instanceof Promise)) return
    isOnItsWay.current = true
    setWorking(true)
    void outcome.finally(() => {
      isOnItsWay.current = false
      setWorking(false)
    })
  }
  return [isWorking, click]
}

/** The icon, or the busy ring in its place; without an icon the ring covers the words, so that the width stays. */
function Leading({ icon: Glyph, isBusy }: { icon: Icon | undefined; isBusy: boolean }) {
  if (isBusy) {
    const ring = <StatusGlyph status="progress" size={14} />
    return Glyph ? ring : <i className="k-button-ring">{ring}</i>
  }
  return Glyph ? <Glyph size={14} strokeWidth={1.6} aria-hidden /> : null
}

export interface IconButtonProps {
  icon: Icon
  /** The action in words: the accessible name and the tooltip. */
  label: string
  onClick?: () => void
  size?: 'small' | 'normal'
  pressed?: boolean
  reason?: string | undefined
  /** With an outline, for use beside buttons. */
  outlined?: boolean
  keys?: string
}

export function IconButton({
  icon: Glyph,
  label,
  size = 'normal',
  pressed,
  reason,
  outlined,
  ...props
}: IconButtonProps) {
  const blocked = reason !== undefined && reason !== ''
  return (
    <Tooltip content={blocked ? reason : label} keys={props.keys}>
      <button
        type="button"
        className={`k-icon-button k-icon-button-${size}${outlined ? ' k-icon-button-outlined' : ''}`}
        aria-label={label}
        aria-pressed={pressed}
        aria-disabled={blocked || undefined}
        onClick={() => {
          if (!blocked) props.onClick?.()
        }}
      >
        <Glyph size={size === 'small' ? 14 : 16} strokeWidth={1.6} aria-hidden />
      </button>
    </Tooltip>
  )
}
