import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { closeWindow, openWindow, patience } from '../../testing/openWindow.tsx'

afterEach(closeWindow)

test('a box of the service map opens the pods of that service', async () => {
  await openWindow('overview')
  fireEvent.click(await screen.findByRole('button', { name: /^backend/ }, patience))
  const grid = await screen.findByRole('grid', { name: 'Pods' }, patience)
  await waitFor(() => {
    const names = within(grid)
      .getAllByRole('rowheader')
      .map((cell) => cell.textContent)
    expect(names.length).toBeGreaterThan(0)
    expect(names.filter((name) => !name?.includes('backend'))).toEqual([])
  }, patience)
  expect(screen.getByLabelText<HTMLInputElement>('Filter pods').value).toBe('service:agency-swarm-backend')
})
