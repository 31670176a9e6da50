import { fireEvent, screen, within } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { closeWindow, openWindow, patience } from '../../../testing/openWindow.tsx'

afterEach(() => closeWindow())

const isBlocked = (element: HTMLElement) => element.getAttribute('aria-disabled') === 'true'

it('lists what is deleted and what stays, and deletes once everything is confirmed', async () => {
  const sample = await openWindow('deploy', { view: 'plan' }, {})
  fireEvent.click(await screen.findByRole('button', { name: 'Uninstall…' }, patience))
  const dialog = within(await screen.findByRole('dialog', {}, patience))
  const stays = within(await dialog.findByRole('region', { name: 'Stays' }, patience))
  const deleted = within(dialog.getByRole('region', { name: 'Deleted' }))
  expect(stays.getByText('data-agency-swarm-postgresql-0').tagName).toBe('DD')
  expect(deleted.queryByText('data-agency-swarm-postgresql-0')).toBeNull()

  fireEvent.click(dialog.getByRole('radio', { name: /^Delete everything/ }))
  expect(deleted.getByText('data-agency-swarm-postgresql-0', { selector: 'dd' }).textContent).toContain('postgresql')
  expect(deleted.getByText(/reclaim policy Delete, its storage deletes the data/).tagName).toBe('LI')
  const confirm = () => dialog.getByRole('button', { name: 'Delete 8 objects' })
  expect(isBlocked(confirm())).toBe(true)

  fireEvent.change(dialog.getByLabelText('Type agency-swarm to confirm'), { target: { value: 'agency-swarm' } })
  expect(isBlocked(confirm())).toBe(true)
  fireEvent.click(dialog.getByRole('checkbox', { name: /^End the undo window/ }))
  expect(isBlocked(confirm())).toBe(false)
  fireEvent.click(confirm())
  await expect
    .poll(() => sample.calls.find(({ name }) => name === 'uninstall.start')?.input)
    .toMatchObject({
      planId: 'list-1',
      data: 'remove',
      typedNamespace: 'agency-swarm',
      endsRestores: true,
      safetyBackup: true,
    })
})
