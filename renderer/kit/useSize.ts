import { useEffect, useRef, useState, type RefObject } from 'react'

/**
 * The width of an element as it changes.
 * @param assumed pixels until the first measurement
 */
export function useWidth<Box extends Element>(assumed: number): [RefObject<Box | null>, number] {
  const [box, size] = useSize<Box>(assumed, 0)
  return [box, size.width]
}

/** Width and height of an element as they change, in whole pixels. */
export function useSize<Box extends Element>(width: number, height: number): [RefObject<Box | null>, Size] {
  const box = useRef<Box>(null)
  return [box, useSizeOf(box, width, height)]
}

export interface Size {
  width: number
  height: number
}

/** The same for an element whose ref the caller holds. */
export function useSizeOf(box: RefObject<Element | null>, width: number, height: number): Size {
  const [size, setSize] = useState({ width, height })
  useEffect(() => {
    const element = box.current
    if (!element) return
    const observer = new ResizeObserver(([entry]) => {
      if (!entry || entry.contentRect.width === 0) return
      setSize({ width: Math.floor(entry.contentRect.width), height: Math.floor(entry.contentRect.height) })
    })
    observer.observe(element)
    return () => observer.disconnect()
  }, [box])
  return size
}
