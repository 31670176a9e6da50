import type { KeyboardEvent } from 'react'

const focusable = 'button, a[href], input, [role="checkbox"], [tabindex]'
const rows = '[data-row], .k-table-head'

/** Controls in the cells of a row are reached by the arrows: the grid around them is one stop of the Tab key. */
export function leaveTabOrder(row: HTMLElement | null): void {
  for (const control of controlsOf(row)) if (control.tabIndex !== -1) control.tabIndex = -1
}

/** Base UI hides a native box behind each of its checkboxes. */
function controlsOf(row: Element | null): HTMLElement[] {
  return [...(row?.querySelectorAll<HTMLElement>(focusable) ?? [])].filter(
    (each) => each.getAttribute('aria-hidden') !== 'true' && !each.matches(':disabled'),
  )
}

/**
 * On the grid itself the right arrow leads to the first control of the active row, and the up arrow from the first row to the
 * column titles, which sort. @returns whether it did
 */
export function enterRow(event: KeyboardEvent<HTMLElement>): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false
  const active = event.currentTarget.querySelector('.k-table-active')
  const isAtTop = active?.getAttribute('aria-rowindex') === '2'
  const target =
    event.key === 'ArrowRight'
      ? active
      : event.key === 'ArrowUp' && isAtTop
        ? event.currentTarget.querySelector('.k-table-head')
        : null
  const first = controlsOf(target)[0]
  if (!first) return false
  event.preventDefault()
  first.focus()
  return true
}

/**
 * Arrows while a control of a row has the focus: left and right walk the controls, up, down and Escape lead back to the grid.
 * @returns whether the key is dealt with
 */
export function walkRow(event: KeyboardEvent<HTMLElement>): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return false
  const row = event.target.closest(rows)
  if (!row || !event.currentTarget.contains(row) || event.target instanceof HTMLInputElement) return false
  const grid = event.currentTarget
  const controls = controlsOf(row)
  const at = controls.indexOf(event.target)
  const next =
    event.key === 'ArrowRight'
      ? (controls[at + 1] ?? controls.at(-1))
      : event.key === 'ArrowLeft'
        ? (controls[at - 1] ?? grid)
        : event.key === 'Escape' || event.key === 'ArrowUp' || event.key === 'ArrowDown'
          ? grid
          : undefined
  if (!next) return false
  event.preventDefault()
  event.stopPropagation()
  next.focus()
  return true
}
