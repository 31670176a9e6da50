import type { KeyboardEvent, PointerEvent } from 'react'
import './ResizeHandle.css'

export interface ResizeHandleProps {
  label: string
  /** Which edge of the resized box this is: dragging away from the box makes it larger. */
  edge: 'left' | 'top'
  /** Pixels. */
  size: number
  smallest: number
  largest: number
  onResize: (size: number) => void
}

/** An edge to drag; with the keyboard, arrows move it by 16 px. */
export function ResizeHandle({ label, edge, size, smallest, largest, onResize }: ResizeHandleProps) {
  const clamp = (value: number) => Math.round(Math.min(largest, Math.max(smallest, value)))
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    const start = edge === 'left' ? event.clientX : event.clientY
    const handle = event.currentTarget
    handle.setPointerCapture(event.pointerId)
    const onMove = (move: globalThis.PointerEvent) =>
      onResize(clamp(size + start - (edge === 'left' ? move.clientX : move.clientY)))
    const onUp = () => {
      handle.removeEventListener('pointermove', onMove)
      handle.removeEventListener('pointerup', onUp)
    }
    handle.addEventListener('pointermove', onMove)
    handle.addEventListener('pointerup', onUp)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const grow = edge === 'left' ? 'ArrowLeft' : 'ArrowUp'
    const shrink = edge === 'left' ? 'ArrowRight' : 'ArrowDown'
    if (event.key !== grow && event.key !== shrink) return
    event.preventDefault()
    event.stopPropagation()
    onResize(clamp(size + (event.key === grow ? 16 : -16)))
  }
  return (
    <div
      className={`k-resize k-resize-${edge}`}
      role="separator"
      aria-label={label}
      aria-orientation={edge === 'left' ? 'vertical' : 'horizontal'}
      aria-valuenow={size}
      aria-valuemin={smallest}
      aria-valuemax={largest}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  )
}
