import { useCallback, useEffect, useRef, type KeyboardEvent, type RefObject } from 'react'
import { enterRow, walkRow } from './rowControls.ts'

interface TableKeys {
  /** Ids in the order of the rows; asked for when a key needs them, not with every change of 10,000 rows. */
  ids: () => readonly string[]
  active: string | null
  selected: ReadonlySet<string>
  /** Rows in a page, for PageUp and PageDown. */
  page: number
  onActivate: (id: string | null) => void
  onSelect: ((ids: ReadonlySet<string>) => void) | undefined
  onOpen: (id: string) => void
  isPrimary: boolean
  hasSingleKeys: boolean
}

type Ready = Omit<TableKeys, 'ids'> & { ids: readonly string[] }

type Press = Pick<
  globalThis.KeyboardEvent,
  'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey' | 'preventDefault' | 'stopPropagation'
>

/**
 * Keys of a table, which is one stop of the Tab key: J K and arrows move, Shift extends, Space and X select, Enter opens, Escape
 * clears the selection. The right arrow leads into the controls of the active row, the left arrow and Escape back.
 * @returns the handler for the grid element; a primary grid also hears keys that nothing else has the focus for
 */
export function useTableKeys(
  keys: TableKeys,
): [RefObject<HTMLDivElement | null>, (event: KeyboardEvent<HTMLDivElement>) => void] {
  const grid = useRef<HTMLDivElement>(null)
  const latest = useRef(keys)
  useEffect(() => {
    latest.current = keys
  })
  const press = useCallback((event: Press) => {
    const done = handle(event, latest.current)
    if (!done) return
    event.preventDefault()
    event.stopPropagation()
  }, [])
  useEffect(() => {
    if (!keys.isPrimary) return
    const onKeyDown = (event: globalThis.KeyboardEvent) => {
      if (event.target === document.body && document.activeElement === document.body) press(event)
    }
    document.addEventListener('keydown', onKeyDown)
    return () => document.removeEventListener('keydown', onKeyDown)
  }, [keys.isPrimary, press])
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    // Buttons and fields inside a cell keep their own Enter and Space.
    if (event.target === event.currentTarget ? enterRow(event) : walkRow(event)) return
    if (event.target === event.currentTarget) press(event)
  }
  return [grid, onKeyDown]
}

function handle(event: Press, { ids, ...rest }: TableKeys): boolean {
  if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey) && !event.shiftKey && rest.onSelect) {
    rest.onSelect(new Set(ids()))
    return true
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const keys = { ...rest, ids: ids() }
  const step = stepOf(event.key, keys)
  if (step !== 0) return move(step, event.shiftKey, keys)
  if (event.key === 'Enter' && keys.active !== null) {
    keys.onOpen(keys.active)
    return true
  }
  const isToggling = event.key === ' ' || (event.key.toLowerCase() === 'x' && keys.hasSingleKeys)
  if (isToggling && keys.active !== null && keys.onSelect) {
    keys.onSelect(toggled(keys.selected, keys.active))
    return true
  }
  if (event.key === 'Escape' && keys.selected.size > 0 && keys.onSelect) {
    keys.onSelect(new Set())
    return true
  }
  return false
}

function stepOf(key: string, keys: Ready): number {
  if (key === 'ArrowDown') return 1
  if (key === 'ArrowUp') return -1
  if (key === 'PageDown') return keys.page
  if (key === 'PageUp') return -keys.page
  if (key === 'Home') return -keys.ids.length
  if (key === 'End') return keys.ids.length
  if (!keys.hasSingleKeys) return 0
  if (key === 'j' || key === 'J') return 1
  if (key === 'k' || key === 'K') return -1
  return 0
}

function move(step: number, isExtending: boolean, keys: Ready): boolean {
  if (keys.ids.length === 0) return false
  const from = keys.active === null ? -1 : keys.ids.indexOf(keys.active)
  const start = from < 0 && step < 0 ? keys.ids.length : from
  const to = Math.min(keys.ids.length - 1, Math.max(0, start + step))
  const id = keys.ids[to]
  if (id === undefined) return false
  if (isExtending && keys.onSelect) {
    const [low, high] = from < 0 ? [to, to] : [Math.min(from, to), Math.max(from, to)]
    keys.onSelect(new Set([...keys.selected, ...keys.ids.slice(low, high + 1)]))
  }
  keys.onActivate(id)
  return true
}

export function toggled(selected: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(selected)
  if (!next.delete(id)) next.add(id)
  return next
}
