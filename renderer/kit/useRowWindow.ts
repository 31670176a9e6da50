import { useEffect, useRef, useState, type RefObject } from 'react'
import { useSizeOf } from './useSize.ts'

/** Below this many rows all are in the page: a search by the browser finds them, and tests see them. */
const smallEnough = 150
const overscan = 8
const headHeight = 28

export interface RowWindow {
  box: RefObject<HTMLDivElement | null>
  onScroll: (event: { currentTarget: HTMLElement }) => void
  first: number
  last: number
  /** Pixels of rows that are left out above and below. */
  before: number
  after: number
  /** Rows that fit on screen. */
  page: number
}

/**
 * Which rows to render. Rows have one height, so that the window is plain arithmetic.
 * @param isFixed false where rows can expand: then all are rendered
 * @param active index of the row that must be visible; -1 for none
 */
export function useRowWindow(count: number, rowHeight: number, isFixed: boolean, active: number): RowWindow {
  const box = useRef<HTMLDivElement>(null)
  const size = useSizeOf(box, 800, 600)
  const [scrollTop, setScrollTop] = useState(0)
  const page = Math.max(1, Math.floor((size.height - headHeight) / rowHeight))

  useEffect(() => {
    const element = box.current
    if (!element || active < 0 || !isFixed) return
    const top = active * rowHeight
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + rowHeight + headHeight > element.scrollTop + element.clientHeight && element.clientHeight > 0) {
      element.scrollTop = top + rowHeight + headHeight - element.clientHeight
    }
  }, [active, rowHeight, isFixed])

  const onScroll = (event: { currentTarget: HTMLElement }) => setScrollTop(event.currentTarget.scrollTop)
  if (count <= smallEnough || !isFixed) return { box, onScroll, first: 0, last: count, before: 0, after: 0, page }
  const first = Math.min(Math.max(0, Math.floor(scrollTop / rowHeight) - overscan), Math.max(0, count - page))
  const last = Math.min(count, first + page + 2 * overscan)
  return { box, onScroll, first, last, before: first * rowHeight, after: (count - last) * rowHeight, page }
}
