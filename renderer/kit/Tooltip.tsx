import { Tooltip as Base } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'
import { Keys } from './Keys.tsx'
import './Tooltip.css'

/**
 * A note on hover and keyboard focus. `children` is one focusable element; it stays the same element when the content comes and
 * goes, so that a button keeps the focus while its reason changes.
 */
export function Tooltip({
  content,
  keys,
  children,
}: {
  content: ReactNode
  keys?: string | undefined
  children: ReactElement
}) {
  return (
    <Base.Root disabled={content === undefined || content === ''}>
      <Base.Trigger render={children} delay={400} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className="k-layer">
          <Base.Popup className="k-tooltip">
            {content}
            {keys ? <Keys keys={keys} /> : null}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}
