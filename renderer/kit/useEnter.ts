import { useRef, type KeyboardEvent } from 'react'

/**
 * Enter in a field acts when the key is released where it was pressed. Acting on the press closes the layer while the key is still
 * down, and the same press, or its repeats, then clicks the button that gets the focus back.
 */
export function useEnter(act: (() => void) | undefined) {
  const isArmed = useRef(false)
  return {
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || event.nativeEvent.isComposing || !act) return
      event.preventDefault()
      if (!event.repeat) isArmed.current = true
    },
    onKeyUp: (event: KeyboardEvent) => {
      if (event.key !== 'Enter' || !isArmed.current) return
      isArmed.current = false
      act?.()
    },
    onBlur: () => {
      isArmed.current = false
    },
  }
}
