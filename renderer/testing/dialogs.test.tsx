import { act, fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { navigate } from '../app/state/location.ts'
import type { Destination } from '../app/routes.ts'
import { closeWindow, openWindow, patience } from './openWindow.tsx'

afterEach(closeWindow)

interface Opening {
  at: Destination
  /** The button that opens it. */
  opener: RegExp
  /** What the dialog says of its object and of how many there are. */
  says: RegExp
  /** Has the focus when it opens: the way out where it destroys, else the field or the act. */
  focus: RegExp
}

const pod = 'agency-swarm-backend-7d5f8b6c94-8r2xk'

/** Dialogs by the button that opens them. */
const dialogs: Record<string, Opening> = {
  'delete a pod': {
    at: { page: 'workloads', parameters: { pod } },
    opener: /^Delete…/,
    says: /8r2xk/,
    focus: /^(Cancel|Keep)/,
  },
  'create a token': {
    at: { page: 'configuration', parameters: { tab: 'access' } },
    opener: /^Create a token…/,
    says: /Create a token for/,
    focus: /^Cancel/,
  },
  'verify a backup': { at: { page: 'backups' }, opener: /^Verify…/, says: /Verify the backup of/, focus: /^Verify/ },
  'delete a backup': { at: { page: 'backups' }, opener: /^Delete…/, says: /Delete the backup of/, focus: /^Keep it/ },
  restore: { at: { page: 'backups' }, opener: /^Restore…/, says: /Restore staging-eu to/, focus: /^Cancel/ },
}

async function opened({ at, opener }: Opening) {
  act(() => navigate(at))
  const find = () => {
    const buttons = screen.getAllByRole('button', { name: opener })
    const usable = buttons.find((each) => each.getAttribute('aria-disabled') === null)
    if (!usable) throw new Error('It cannot be pressed yet.')
    return usable
  }
  const button = await waitFor(find, patience)
  button.focus()
  fireEvent.click(button, { detail: 1 })
  const dialog = await screen.findByRole('dialog', undefined, patience)
  return { button, dialog }
}

const nameOf = (element: Element | null) =>
  element?.getAttribute('aria-label') ??
  (element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : element?.textContent) ??
  ''

test.each(Object.entries(dialogs))(
  '%s: it names cluster and object, is not closed by a click beside it, and Escape leads back to its button',
  async (_name, opening) => {
    await openWindow('settings')
    const { button, dialog } = await opened(opening)
    await waitFor(() => expect(dialog.textContent).toMatch(opening.says), patience)
    expect(within(dialog).getAllByText('staging-eu').length).toBeGreaterThan(0)
    expect(within(dialog).getAllByText('staging').length).toBeGreaterThan(0)
    await waitFor(() => expect(nameOf(document.activeElement)).toMatch(opening.focus), patience)
    expect(dialog.contains(document.activeElement)).toBe(true)
    const scrim = document.querySelector('.k-scrim')
    if (!scrim) throw new Error('no scrim')
    fireEvent.pointerDown(scrim)
    fireEvent.mouseDown(scrim)
    fireEvent.click(scrim, { detail: 2 })
    expect(dialog.isConnected).toBe(true)
    fireEvent.keyDown(document.activeElement ?? dialog, { key: 'Escape' })
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull(), patience)
    await waitFor(() => expect(document.activeElement === button, 'the focus is back').toBe(true), patience)
    expect(button.getAttribute('aria-busy')).toBeNull()
  },
  60_000,
)
