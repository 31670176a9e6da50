import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { closeWindow, openWindow, patience } from '../../testing/openWindow.tsx'
import { sampleContexts } from '../../testing/sampleData.ts'

afterEach(closeWindow)

const grid = () => screen.findByRole('grid', { name: 'Clusters' }, patience)
const menuOf = async (cluster: string) => {
  fireEvent.click(await screen.findByRole('button', { name: `Actions on ${cluster}` }, patience))
  return screen.findByRole('menu', {}, patience)
}

test('before any cluster was asked the page says so, and claims nothing', async () => {
  const contexts = sampleContexts().map(
    ({ nodes: _nodes, pods: _pods, lookedAt: _at, suiteVersion: _version, ...context }) => ({
      ...context,
      health: 'checking' as const,
      checkedAt: undefined,
    }),
  )
  await openWindow('fleet', undefined, { contexts })
  expect((await screen.findAllByText(/checking 5 contexts/i, {}, patience)).length).toBeGreaterThan(1)
  const page = screen.getByRole('main')
  for (const claim of [/^healthy$/i, /0 of 0/, /none/i, /not deployed/i, /no open issues/i])
    expect(within(page).queryByText(claim)).toBeNull()
})

test('a cluster with several contexts is one row that names them, and the one that fails', async () => {
  const [sandbox] = sampleContexts().filter(({ id }) => id === 'sandbox')
  if (!sandbox) throw new Error('no sandbox')
  const fault = { code: 'UNAUTHENTICATED', message: 'The cluster does not accept this sign-in.', details: {} }
  const viewer = { ...sandbox, id: 'context:viewer', name: 'viewer', role: 'read_only' as const }
  const broken = { ...viewer, id: 'context:broken', name: 'broken', health: 'unreachable' as const, fault }
  await openWindow('fleet', undefined, { contexts: [sandbox, viewer, broken] })
  const ways = await screen.findByRole('list', { name: 'Contexts of sandbox' }, patience)
  expect(within(ways).getAllByRole('listitem')).toHaveLength(3)
  expect(screen.getByRole('list', { name: 'Steps of the connection to broken' })).toBeTruthy()
  expect(screen.getByText(/cannot be reached by context broken/)).toBeTruthy()
  expect((await grid()).querySelectorAll('[data-row]')).toHaveLength(1)
})

test('production is only lowered after its name was typed', async () => {
  const sample = await openWindow('fleet')
  const menu = await menuOf('prod-eu-1')
  fireEvent.click(within(menu).getByRole('menuitem', { name: /Treat as staging/ }))
  const confirmButton = await screen.findByRole('button', { name: 'Treat as staging' }, patience)
  expect(confirmButton.getAttribute('aria-disabled')).toBe('true')
  fireEvent.change(screen.getByRole('textbox', { name: /Type prod-eu-1/ }), { target: { value: 'prod-eu-1' } })
  fireEvent.click(confirmButton)
  await waitFor(
    () =>
      expect(sample.calls).toContainEqual({
        name: 'clusters.lowerEnvironment',
        input: { context: 'context:prod-eu-1', environment: 'staging', confirmation: { typedName: 'prod-eu-1' } },
      }),
    patience,
  )
})
