import { observeElementRect, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type RefObject } from 'react'

/** Below this many rows all are in the page: a search by the browser finds them, and tests see them. */
const smallEnough = 150
const overscan = 8
const headHeight = 28

export interface RowWindow {
  box: RefObject<HTMLDivElement | null>
  first: number
  last: number
  /** Pixels of rows that are left out above and below. */
  before: number
  after: number
  /** Rows that fit on screen. */
  page: number
}

/**
 * Which rows to render, and the active one kept in sight.
 * @param isFixed false where rows can expand: then all are rendered
 * @param active index of the row that must be visible; -1 for none
 */
export function useRowWindow(count: number, rowHeight: number, isFixed: boolean, active: number): RowWindow {
  const box = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan,
    scrollMargin: headHeight,
    scrollPaddingStart: headHeight,
    initialRect: { width: 800, height: 600 },
    observeElementRect: observeShown,
    // A scroll and the rows of the same frame are rendered together.
    useFlushSync: false,
  })
  const page = Math.max(1, Math.floor(((virtualizer.scrollRect?.height ?? 600) - headHeight) / rowHeight))

  useEffect(() => {
    if (active >= 0 && isFixed) virtualizer.scrollToIndex(active, { align: 'auto' })
  }, [active, isFixed, virtualizer])

  if (count <= smallEnough || !isFixed) return { box, first: 0, last: count, before: 0, after: 0, page }
  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = Math.min(count, (items.at(-1)?.index ?? -1) + 1)
  return { box, first, last, before: first * rowHeight, after: (count - last) * rowHeight, page }
}

/** A hidden table has no height: it keeps the rows that it had. */
function observeShown(
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  report: (rect: { width: number; height: number }) => void,
) {
  return observeElementRect(virtualizer, (rect) => {
    if (rect.height > 0) report(rect)
  })
}
